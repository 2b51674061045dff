// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/daemon/ledger/changes.hpp"

using namespace guardd;
using namespace guardd::ledger;
using namespace guardd::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

asio::awaitable<void> store_one(Writer& writer, Change change, std::vector<Result<Stored>>& results) {
  Result<Stored> stored = co_await writer.store(std::move(change));
  results.push_back(std::move(stored));
}

AuditRecord numbered_record(int number) {
  AuditRecord record = some_record().record;
  record.what["number"] = number;
  return record;
}

std::int64_t records_in(const TemporaryDirectory& directory) { return open_store(directory).head()->seq; }

}  // namespace

TEST_CASE("changes that come together are all stored, in order, each with its own result") {
  const TemporaryDirectory directory;
  asio::io_context loop;
  std::vector<Result<Stored>> results;
  {
    Writer writer(loop.get_executor(), open_store(directory), {});
    for (int i = 0; i < 100; ++i) {
      asio::co_spawn(loop, store_one(writer, i == 50 ? removal("h9") : some_record(), results), asio::detached);
    }
    loop.run();
  }
  REQUIRE(results.size() == 100);
  for (std::size_t i = 0; i < 50; ++i) CHECK(results[i]->head.seq == static_cast<std::int64_t>(i) + 1);
  REQUIRE_FALSE(results[50]);
  CHECK(results[50].error().code == "not_found");
  CHECK(records_in(directory) == 99);
}

TEST_CASE("late records wait for nobody, and are stored at the end at the latest") {
  const TemporaryDirectory directory;
  asio::io_context loop;
  {
    Writer writer(loop.get_executor(), open_store(directory), {.waiting = 8, .late = 1h});
    for (int i = 0; i < 3; ++i) writer.store_late(numbered_record(i));
  }
  CHECK(records_in(directory) == 3);
}

TEST_CASE("a late record that repeats the one before is counted there") {
  const TemporaryDirectory directory;
  asio::io_context loop;
  {
    Writer writer(loop.get_executor(), open_store(directory), {.waiting = 8, .late = 1h});
    for (int i = 0; i < 1000; ++i) writer.store_late(numbered_record(1));
    AuditRecord of_another = numbered_record(1);
    of_another.actor.emplace().uid = 7;
    writer.store_late(of_another);
    writer.store_late(numbered_record(1));
  }
  CHECK(records_in(directory) == 3);
  Database database = std::move(Database::open(directory.at("ledger.db"))).value();
  CHECK(database.number("SELECT record ->> 'times' FROM audit WHERE seq = 1").value() == 1000);
  CHECK(database.number("SELECT count(*) FROM audit WHERE record ->> 'times' IS NULL").value() == 2);
}

TEST_CASE("late records go along with a change that cannot wait") {
  const TemporaryDirectory directory;
  asio::io_context loop;
  std::vector<Result<Stored>> results;
  Writer writer(loop.get_executor(), open_store(directory), {.waiting = 8, .late = 1h});
  writer.store_late(some_record().record);
  asio::co_spawn(loop, store_one(writer, some_hold(), results), asio::detached);
  loop.run();
  REQUIRE(results.size() == 1);
  CHECK(results[0]->head.seq == 2);
}

TEST_CASE("beyond the bound a change fails, and late records are counted") {
  const TemporaryDirectory directory;
  asio::io_context loop;
  std::vector<Result<Stored>> results;
  {
    Writer writer(loop.get_executor(), open_store(directory), {.waiting = 0, .late = 1h});
    for (int i = 0; i < 5; ++i) writer.store_late(numbered_record(i));
    asio::co_spawn(loop, store_one(writer, some_hold(), results), asio::detached);
    loop.run();
    REQUIRE(results.size() == 1);
    CHECK(results[0].error().code == "ledger.failed");
  }
  CHECK(records_in(directory) == 1);
  Database database = std::move(Database::open(directory.at("ledger.db"))).value();
  CHECK(database.number("SELECT record ->> 'records' FROM audit WHERE record ->> 'kind' = 'left_out'").value() == 5);
}
