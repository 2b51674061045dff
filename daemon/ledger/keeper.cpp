// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/keeper.hpp"

#include <algorithm>
#include <utility>

#include "core/wire_permit.hpp"
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

/// In its place, or behind the others. Those that are over are of no weight any more.
void replace_permit(std::vector<Permit>& permits, const Permit& permit) {
  const auto old = std::ranges::find(permits, permit.id, &Permit::id);
  if (old != permits.end()) {
    *old = permit;
    return;
  }
  permits.push_back(permit);
  if (permits.size() <= max_permits) return;
  const auto over = std::ranges::find(permits, PermitState::ended, &Permit::state);
  if (over != permits.end()) permits.erase(over);
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
  for (const DatasetMemory& memory : current_.memories) stored_memories_.emplace(memory.id, memory);
  current_.lost = std::move(*lost);
  head_ = std::move(*head);
  writer_.emplace(std::move(executor), std::move(*store), Writer::Limits{}, path, std::move(on_stored));
  if (current_.lost.empty()) writer_->start_witness();
  return true;
}

std::string Keeper::problem() const {
  if (full_)
    return "there are more datasets than can be remembered: what is not remembered is forgotten when it is unmounted";
  if (!writer_) return "";
  const std::string lesson = writer_->lesson_problem();
  return lesson.empty() ? writer_->witness_problem() : "what was seen can't be remembered: " + lesson;
}

void Keeper::learn(const Learned& learned, std::int64_t wall_s) {
  constexpr std::int64_t longest_unwritten_s = 600;
  ++changes_;
  current_.memories = learned.memories;
  full_ = learned.full;
  Lessons lessons;
  bool urgent = !learned.forgotten.empty();
  for (const DatasetMemory& memory : learned.memories) {
    const auto stored = stored_memories_.find(memory.id);
    const bool is_news = stored == stored_memories_.end() || differs_in_substance(memory, stored->second);
    if (!is_news && memory.last_seen_s - stored->second.last_seen_s < longest_unwritten_s) continue;
    urgent = urgent || is_news;
    stored_memories_.insert_or_assign(memory.id, memory);
    lessons.emplace(memory.id, memory);
  }
  for (const std::string& id : learned.forgotten) {
    stored_memories_.erase(id);
    lessons.emplace(id, std::nullopt);
    store_late({.wall_s = wall_s, .kind = "dataset.gone", .actor = {}, .what = {{"dataset", id}}});
  }
  if (writer_ && !lessons.empty()) writer_->learn(std::move(lessons), urgent);
}

boost::asio::awaitable<Result<Stored>> Keeper::store(Change change) {
  if (!writer_) co_return ledger_failed(current_.readable.why());
  Result<Stored> stored = co_await writer_->store(change);
  ++changes_;
  if (stored) {
    take_in(change, *stored);
  } else if (stored.error().code == "ledger.failed") {
    current_.readable = Unknown{stored.error().message};
  }
  if (tell_) tell_();
  co_return stored;
}

void Keeper::store_late(AuditRecord record) {
  if (writer_) writer_->store_late(std::move(record));
}

boost::asio::awaitable<Result<Stored>> Keeper::adopt(AuditRecord record) {
  if (!writer_) co_return ledger_failed(current_.readable.why());
  const std::int64_t now_s = record.wall_s;
  Change change{.record = std::move(record)};
  change.record.what["lost"] = current_.lost;
  Result<Stored> stored = co_await store(std::move(change));
  if (stored) {
    ++changes_;
    current_.lost.clear();
    current_.latest_s = now_s;
    writer_->start_witness();
    if (tell_) tell_();
  }
  co_return stored;
}

/// Whoever waits for its change runs in the order of the transactions, so what is newest is taken in last.
void Keeper::take_in(const Change& change, const Stored& stored) {
  current_.readable = true;
  current_.latest_s = std::max(current_.latest_s, change.record.wall_s);
  if (stored.head.seq > head_.seq) head_ = stored.head;
  if (change.add_hold) current_.holds.push_back(*stored.hold);
  if (change.revoke_release) {
    std::erase_if(current_.releases, [&](const Release& one) { return one.id == *change.revoke_release; });
  } else {
    current_.releases.insert(current_.releases.end(), stored.releases.begin(), stored.releases.end());
  }
  if (stored.overrides) current_.overrides = *stored.overrides;
  if (stored.permit) replace_permit(current_.permits, *stored.permit);
  if (change.remove_hold) {
    std::erase_if(current_.holds, [&](const Hold& hold) { return hold.id == stored.hold->id; });
  }
}

}  // namespace guardd::ledger
