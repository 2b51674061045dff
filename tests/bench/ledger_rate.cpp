// SPDX-License-Identifier: Apache-2.0
// ledger_rate DIRECTORY SECONDS: how records become durable in DIRECTORY, printed as JSON: the microseconds of each, a
// row a transaction by SQLite alone, with the ledger's settings; and how many a second the ledger stores, each with its
// chain, for 1 and 64 askers.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/ledger/writer.hpp"

namespace {

using namespace guardd;
using Clock = std::chrono::steady_clock;

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(result).value();
  std::cerr << result.error().message << "\n";
  std::exit(1);
}

AuditRecord some_record() {
  AuditRecord record{.wall_s = 1'800'000'000, .kind = "verdict", .actor = {}, .what = {}};
  record.what = {
      {"operation", "reinstall"}, {"scope", "host"}, {"verdict", "allow"}, {"codes", nlohmann::json::array()}};
  return record;
}

std::vector<std::int64_t> sqlite_alone(const std::string& directory, std::chrono::seconds span) {
  ledger::Database database = must(ledger::Database::open(directory + "/alone.db"));
  must(database.run("CREATE TABLE audit (seq INTEGER PRIMARY KEY, record TEXT NOT NULL)"));
  const std::string text = some_record().what.dump();
  std::vector<std::int64_t> microseconds;
  const auto until = Clock::now() + span;
  for (auto began = Clock::now(); began < until; began = Clock::now()) {
    ledger::Statement insert = must(database.prepare("INSERT INTO audit (record) VALUES (?)"));
    must(insert.bind(1, text).step());
    microseconds.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count());
  }
  return microseconds;
}

boost::asio::awaitable<void> ask_on(ledger::Writer& writer, Clock::time_point until, std::int64_t& stored) {
  while (Clock::now() < until) {
    ledger::Change change{.record = some_record()};
    const Result<ledger::Stored> result = co_await writer.store(std::move(change));
    if (!result) must(result);
    ++stored;
  }
}

double with_askers(const std::string& directory, int askers, std::chrono::seconds span) {
  std::filesystem::create_directory(directory);
  boost::asio::io_context loop;
  std::int64_t stored = 0;
  const auto began = Clock::now();
  {
    ledger::Writer writer(loop.get_executor(), must(ledger::Store::open(directory)), {});
    for (int i = 0; i < askers; ++i) {
      boost::asio::co_spawn(loop, ask_on(writer, began + span, stored), boost::asio::detached);
    }
    loop.run();
  }
  return static_cast<double>(stored) / std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string directory = argv[1];
  const std::chrono::seconds span(std::atoi(argv[2]));
  std::cout << nlohmann::json{{"sqlite", sqlite_alone(directory, span)},
                              {"1", with_askers(directory + "/one", 1, span)},
                              {"64", with_askers(directory + "/many", 64, span)}}
            << "\n";
}
