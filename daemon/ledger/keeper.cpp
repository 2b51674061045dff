// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/keeper.hpp"

#include <algorithm>
#include <utility>

#include "daemon/ledger/witness.hpp"

namespace guardd::ledger {
namespace {

/// Why the ledger is not the one that its witness saw; empty: it is, or there never was one.
Result<std::string> why_lost(Store& store, const std::string& path) {
  const Result<std::optional<Witness>> witness = read_witness(path);
  if (!witness) return "its witness can't be read: " + witness.error().message;
  if (!*witness) return std::string();
  Result<std::string> why = store.contradicts((*witness)->ledger, {(*witness)->seq, (*witness)->hash});
  if (!why || why->empty()) return why;
  return *why + " (" + path + " tells of it)";
}

}  // namespace

Keeper::Keeper(boost::asio::any_io_executor executor, const std::string& state_directory, Writer::OnStored on_stored) {
  const Result<bool> opened = open(std::move(executor), state_directory, std::move(on_stored));
  if (!opened) current_.readable = Unknown{opened.error().message};
}

Result<bool> Keeper::open(boost::asio::any_io_executor executor, const std::string& state_directory,
                          Writer::OnStored on_stored) {
  Result<Store> store = Store::open(state_directory);
  if (!store) return store.error();
  Result<Ledger> ledger = store->load();
  if (!ledger) return ledger.error();
  Result<AuditHead> head = store->head();
  if (!head) return head.error();
  const std::string path = witness_path(state_directory);
  Result<std::string> lost = why_lost(*store, path);
  if (!lost) return lost.error();
  current_ = std::move(*ledger);
  current_.lost = std::move(*lost);
  head_ = std::move(*head);
  writer_.emplace(std::move(executor), std::move(*store), Writer::Limits{}, path, std::move(on_stored));
  if (current_.lost.empty()) writer_->start_witness();
  return true;
}

std::string Keeper::problem() const { return writer_ ? writer_->witness_problem() : std::string(); }

boost::asio::awaitable<Result<Stored>> Keeper::store(Change change) {
  if (!writer_) co_return Error{"ledger.failed", current_.readable.why()};
  Result<Stored> stored = co_await writer_->store(change);
  if (stored) {
    take_in(change, *stored);
  } else if (stored.error().code == "ledger.failed") {
    current_.readable = Unknown{stored.error().message};
  }
  co_return stored;
}

void Keeper::store_late(AuditRecord record) {
  if (writer_) writer_->store_late(std::move(record));
}

boost::asio::awaitable<Result<Stored>> Keeper::adopt(AuditRecord record) {
  if (!writer_) co_return Error{"ledger.failed", current_.readable.why()};
  const std::int64_t now_s = record.wall_s;
  Change change{.record = std::move(record)};
  change.record.what["lost"] = current_.lost;
  Result<Stored> stored = co_await store(std::move(change));
  if (stored) {
    current_.lost.clear();
    current_.latest_s = now_s;
    writer_->start_witness();
  }
  co_return stored;
}

/// Whoever waits for its change runs in the order of the transactions, so what is newest is taken in last.
void Keeper::take_in(const Change& change, const Stored& stored) {
  current_.readable = true;
  current_.latest_s = std::max(current_.latest_s, change.record.wall_s);
  if (stored.head.seq > head_.seq) head_ = stored.head;
  if (change.add_hold) current_.holds.push_back(*stored.hold);
  if (stored.overrides) current_.overrides = *stored.overrides;
  if (change.remove_hold) {
    std::erase_if(current_.holds, [&](const Hold& hold) { return hold.id == stored.hold->id; });
  }
}

}  // namespace guardd::ledger
