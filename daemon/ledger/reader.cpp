// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "daemon/ledger/store.hpp"

namespace guardd::ledger {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t checked_at_once = 20'000;  // about a tenth of a second

// Optional, since co_spawn wants a result that can be made of nothing.
template <typename T>
using Spawned = std::optional<Result<T>>;

asio::awaitable<Spawned<nlohmann::json>> records_of(std::string path, AuditQuery query) {
  Result<Database> database = Database::open_to_read(path);
  if (!database) co_return database.error();
  co_return read_records(*database, query);
}

asio::awaitable<Spawned<ChainCheck>> check_of(std::string path, AuditHead from) {
  Result<Database> database = Database::open_to_read(path);
  if (!database) co_return database.error();
  co_return check_chain(*database, from, checked_at_once);
}

}  // namespace

Reader::Reader(const std::string& state_directory) : path_(ledger_path(state_directory)) {}

asio::awaitable<Result<nlohmann::json>> Reader::records(AuditQuery query) {
  auto records = co_await asio::co_spawn(thread_, records_of(path_, std::move(query)), asio::use_awaitable);
  co_return std::move(records).value();
}

asio::awaitable<Result<ChainCheck>> Reader::check(AuditHead from) {
  auto check = co_await asio::co_spawn(thread_, check_of(path_, std::move(from)), asio::use_awaitable);
  co_return std::move(check).value();
}

}  // namespace guardd::ledger
