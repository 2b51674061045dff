// SPDX-License-Identifier: Apache-2.0
#include "daemon/checker.hpp"

#include <algorithm>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire_override.hpp"
#include "daemon/actor.hpp"
#include "daemon/permits/holder.hpp"
#include "daemon/worker/target_questions.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t shortest_reuse_ms = 50;  // an ordinary host's look takes about 30 ms

/// Whether everybody who is told as much gets the same answer.
bool asks_the_usual(const CheckRequest& request) {
  return request.whole_host && request.targets.empty() && request.expect_host.empty();
}

Reply again(const RecentAnswers::Answer& recent, const Looked& looked) {
  return {200, recent.text.at(boot_now_ms() - looked.snapshot->began_boot_ms), {}};
}

Now now_asked_at(std::int64_t asked_boot_ms) {
  return {.boot_ms = boot_now_ms(), .asked_boot_ms = asked_boot_ms, .wall_s = wall_now_s()};
}

}  // namespace

/// An override admits once: nobody who may not request one can take it away by asking. And who asks from within a
/// permit is not told that somebody has it.
Ledger Checker::ledger_for(const Caller& caller) const {
  Ledger ledger = keeper_.current();
  if (caller.detail != Detail::full) ledger.overrides.clear();
  std::erase_if(ledger.permits, [&](const Permit& permit) { return is_within(caller, permit); });
  return ledger;
}

/// How old a look this caller is answered from. Whoever acts on the answer, root and the operators, has just done
/// something and wants to see it: for them it is as short as keeps looks from following one another without a pause,
/// and a look that is known to be outdated is none.
/// Everybody else has the policy's freshness, so that no ordinary user can make guardd busy.
std::int64_t Checker::reuse_ms(const Caller& caller) const {
  const std::int64_t freshness = looker_.policy()->freshness_ms;
  if (caller.detail != Detail::full) return freshness;
  if (patrol_.is_outdated()) return 0;
  return std::min(freshness, std::max(shortest_reuse_ms, 2 * looker_.last_took_ms()));
}

Grounds Checker::grounds(const Looked& looked) const {
  std::string problems = keeper_.problem();
  for (const std::string& problem : policies_.problems()) problems += '\n' + problem;
  return {looked.snapshot->generation, looked.policy->generation, keeper_.changes(), std::move(problems)};
}

/// While there is a permit: who asks from within it is not told of it.
bool Checker::depends_on_who_asks() const { return std::ranges::any_of(keeper_.current().permits, is_valid); }

/// What this question was refused with a moment ago.
const RecentAnswers::Answer* Checker::recent_refusal(const Looked& looked, const CheckRequest& request,
                                                     const Caller& caller) const {
  if (!asks_the_usual(request) || depends_on_who_asks()) return nullptr;
  return recent_.find(request.operation, caller.detail, grounds(looked), boot_now_ms());
}

/// The look that this question of this caller is decided on.
asio::awaitable<Looked> Checker::look_for(CheckRequest request, Caller caller) {
  const bool trusted = caller.detail == Detail::full;
  // Somebody is about to wipe: a look of its own is little, and exclusive opens must not be at everybody's command.
  if (trusted && request.operation == Operation::wipe) {
    co_return co_await look_afresh(looker_, workers_, std::move(request));
  }
  const std::int64_t asked = boot_now_ms();
  std::optional<Looked> looked = co_await patrol_.current(looker_.policy()->freshness_ms);
  bool may_allow = false;
  if (looked) {
    // The kernel has told of nothing that it shows. An allow rests on it only where nothing else has happened either.
    may_allow = patrol_.nothing_since(*looked, caller.pid);
  } else {
    const std::uint64_t begun_before = looker_.newest();
    looked = co_await looker_.fresh(reuse_ms(caller));
    may_allow = looked->look > begun_before;
  }
  if (!trusted || may_allow || recent_refusal(*looked, request, caller) != nullptr) co_return *std::move(looked);
  // A refusal that is a moment too old costs a moment; an allow that is too old may cost a database that started in it.
  const Verdict verdict =
      check({*looked->snapshot, *looked->policy, ledger_for(caller), now_asked_at(asked)}, request, identity_);
  // And a disk that was attached a moment ago is unknown to it.
  if (verdict.outcome == Outcome::refuse) co_return *std::move(looked);
  co_return co_await looker_.fresh(0);
}

asio::awaitable<Reply> Checker::answer_check(CheckRequest request, Caller caller) {
  const auto is_path = [](const Target& target) { return !target.block_device; };
  if (caller.detail != Detail::full && std::ranges::any_of(request.targets, is_path)) {
    // Whether somebody has a file in use, or what lies in a directory, is not for everybody to know.
    co_return error_reply(403, "not_permitted", "only root and the operators' group may ask about paths");
  }
  const std::int64_t asked = boot_now_ms();
  const Looked looked = co_await look_for(request, caller);
  if (const RecentAnswers::Answer* recent = recent_refusal(looked, request, caller)) {
    keeper_.store_late({.wall_s = wall_now_s(), .kind = "verdict", .actor = actor_of(caller), .what = recent->record});
    ++count_.by_outcome.at(static_cast<std::size_t>(Outcome::refuse));
    co_return again(*recent, looked);
  }
  const Grounds before = grounds(looked);
  const Verdict verdict = co_await decide_and_record(looked, request, caller, asked);
  ++count_.by_outcome.at(static_cast<std::size_t>(verdict.outcome));
  std::string text = to_text(to_json(verdict, caller.detail));
  if (verdict.outcome == Outcome::refuse && asks_the_usual(request) && grounds(looked) == before) {
    recent_.keep(request.operation, caller.detail, before, boot_now_ms(), {AgedText(text), audit_of(verdict)});
  }
  co_return Reply{200, std::move(text), {}};
}

/// An allow is on disk before it is answered. One that can't be put there is none, and neither is one against which
/// somebody decided while it was being put there.
asio::awaitable<Verdict> Checker::decide_and_record(Looked looked, CheckRequest request, Caller caller,
                                                    std::int64_t asked) {
  const auto decide_now = [&](const Ledger& ledger) {
    return check({*looked.snapshot, *looked.policy, ledger, now_asked_at(asked)}, request, identity_);
  };
  const Actor actor = actor_of(caller);
  const auto record_of = [&](const Verdict& verdict) {
    return AuditRecord{.wall_s = wall_now_s(), .kind = "verdict", .actor = actor, .what = audit_of(verdict)};
  };
  Verdict verdict;
  // Once more for each override that somebody else spent meanwhile: there may be another one.
  for (std::size_t tries = 0; tries <= max_overrides; ++tries) {
    // Whether an allow can be recorded shows when it is: what failed the last time is tried again.
    Ledger ledger = ledger_for(caller);
    ledger.readable = true;
    verdict = decide_now(ledger);
    if (verdict.outcome != Outcome::allow) break;
    ledger::Change change{.record = record_of(verdict)};
    const std::string spent = verdict.override_id;
    if (!spent.empty()) change.override_step = ledger::OverrideStep{.spend = spent};
    const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
    if (!stored && stored.error().code != "ledger.failed") continue;
    if (!stored) {
      ledger.readable = Unknown{stored.error().message};
    } else {
      const std::vector<Override> before = std::move(ledger.overrides);
      ledger = ledger_for(caller);
      ledger.overrides = with_unspent(std::move(ledger.overrides), before, spent);
    }
    verdict = decide_now(ledger);
    if (stored && verdict.outcome == Outcome::allow) co_return verdict;
    break;
  }
  keeper_.store_late(record_of(verdict));
  co_return verdict;
}

asio::awaitable<Reply> Checker::answer_status(Caller caller) {
  const std::int64_t asked = boot_now_ms();
  std::optional<Looked> current = co_await patrol_.current(looker_.policy()->freshness_ms);
  // Not by ?:, of which GCC 12 destroys both sides where one of them is awaited.
  if (!current) current = co_await looker_.fresh(reuse_ms(caller));
  const Looked& looked = *current;
  if (status_records_.take(caller.uid, asked))
    keeper_.store_late(
        {.wall_s = wall_now_s(), .kind = "status", .actor = actor_of(caller), .what = nlohmann::json::object()});
  const bool is_usual = !depends_on_who_asks();
  const Grounds now = grounds(looked);
  const RecentAnswers::Answer* recent = is_usual ? recent_.find({}, caller.detail, now, boot_now_ms()) : nullptr;
  if (recent != nullptr) {
    co_return again(*recent, looked);
  }
  const Ledger ledger = ledger_for(caller);
  const Basis basis{*looked.snapshot, *looked.policy, ledger, now_asked_at(asked)};
  const Problems problems{policies_.problems(), keeper_.problem()};
  nlohmann::json document = status_json(basis, problems, identity_, caller.detail);
  if (seal_ && caller.detail == Detail::full) document["seal"] = seal_();
  std::string text = to_text(document);
  if (is_usual) recent_.keep({}, caller.detail, now, boot_now_ms(), {AgedText(text)});
  co_return Reply{200, std::move(text), {}};
}

Reply Checker::answer_policy() const {
  return {200, to_text(policy_json(*policies_.current(), policies_.problems())), {}};
}

}  // namespace guardd
