// SPDX-License-Identifier: Apache-2.0
#include "daemon/decisions.hpp"

#include <string_view>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire_hold.hpp"
#include "daemon/actor.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

Reply hold_reply(unsigned status, const Result<ledger::Stored>& stored) {
  if (!stored) return refused(stored.error());
  return {status, to_text({{"hold", to_json(*stored->hold)}}), {}};
}

json head_json(const AuditHead& head) { return {{"seq", head.seq}, {"hash", head.hash}}; }

}  // namespace

AuditRecord record_of(std::string kind, const Caller& caller) {
  return {.wall_s = wall_now_s(), .kind = std::move(kind), .actor = actor_of(caller), .what = json::object()};
}

Reply refused(const Error& error) {
  if (error.code == "not_found") return error_reply(404, error.code, error.message);
  if (error.code == "too_many" || error.code == "conflict") return error_reply(409, error.code, error.message);
  return error_reply(503, error.code, "nothing was changed: " + error.message);
}

Reply Decisions::list_holds() const {
  const Ledger& ledger = keeper_.current();
  if (!ledger.readable.known()) return error_reply(503, "ledger.failed", ledger.readable.why());
  return {200, to_text({{"holds", holds_json(ledger, wall_now_s())}}), {}};
}

asio::awaitable<Reply> Decisions::add_hold(Hold hold, Caller caller) {
  const std::int64_t now_s = wall_now_s();
  if (hold.until_s && *hold.until_s <= now_s) {
    co_return error_reply(400, "bad_request", "/until_s: that time is over already");
  }
  ledger::Change change{.record = record_of("hold.added", caller)};
  hold.by = describe(*change.record.actor);
  hold.added_s = now_s;
  change.add_hold = std::move(hold);
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  co_return hold_reply(201, stored);
}

asio::awaitable<Reply> Decisions::remove_hold(std::string id, Caller caller) {
  ledger::Change change{.record = record_of("hold.removed", caller)};
  change.remove_hold = std::move(id);
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  co_return hold_reply(200, stored);
}

asio::awaitable<Reply> Decisions::list_audit(AuditQuery query) {
  Result<json> records = co_await reader_.records(std::move(query));
  if (!records) co_return refused(records.error());
  json answer{{"records", std::move(*records)}, {"head", head_json(keeper_.head())}};
  co_return Reply{200, to_text(answer), {}};
}

asio::awaitable<Reply> Decisions::verify_audit(AuditHead from) {
  const AuditHead known = keeper_.head();
  const Result<ledger::ChainCheck> check = co_await reader_.check(std::move(from));
  if (!check) co_return refused(check.error());
  std::string problem = check->problem;
  if (problem.empty() && check->ended && check->last.seq < known.seq) {
    problem = "the records behind " + std::to_string(check->last.seq) + " are gone: there were " +
              std::to_string(known.seq - check->last.seq) + " more";
  }
  if (problem.empty() && !keeper_.current().lost.empty()) problem = keeper_.current().lost;
  const json answer{{"last", head_json(check->last)}, {"ended", check->ended}, {"problem", problem}};
  co_return Reply{200, to_text(answer), {}};
}

asio::awaitable<Reply> Decisions::adopt(std::string reason, Caller caller) {
  if (keeper_.current().lost.empty()) {
    co_return error_reply(409, "not_lost", "the ledger is the one that was here before: there is nothing to adopt");
  }
  AuditRecord record = record_of("adopted", caller);
  record.what["reason"] = std::move(reason);
  const Result<ledger::Stored> stored = co_await keeper_.adopt(std::move(record));
  if (!stored) co_return refused(stored.error());
  co_return Reply{200, to_text({{"head", head_json(stored->head)}}), {}};
}

}  // namespace guardd
