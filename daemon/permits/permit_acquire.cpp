// SPDX-License-Identifier: Apache-2.0
// From the request to the grant: the gate is closed, then a look begins, and then one step on the loop decides and
// takes the scope.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "core/permit_activity.hpp"
#include "core/storage_graph.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "core/wire_override.hpp"
#include "daemon/actor.hpp"
#include "daemon/decisions.hpp"
#include "daemon/permits/asked.hpp"
#include "daemon/permits/holder.hpp"
#include "daemon/worker/target_questions.hpp"
#include "gate/sight.hpp"
#include "os/clock.hpp"

namespace guardd {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

/// The block devices among the targets, and what they stand on.
std::vector<PermitDisk> disks_of(const CheckRequest& question, const Snapshot& snapshot) {
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::vector<PermitDisk> disks;
  for (const Target& target : question.targets) {
    if (!target.block_device || !target.device) continue;
    for (const DeviceNumber device : graph.ancestors(*target.device).devices) {
      const BlockDeviceFact* const fact = graph.find(device);
      const PermitDisk disk{device, fact != nullptr ? fact->diskseq : 0};
      if (disk.diskseq != 0 && std::ranges::find(disks, disk) == disks.end()) disks.push_back(disk);
    }
  }
  return disks;
}

Reply verdict_reply(const Verdict& verdict, const std::optional<Permit>& granted) {
  json body{{"verdict", to_json(verdict, Detail::full)}};
  if (granted) {
    body["permit"] = to_json(*granted);
    return {201, to_text(body), {}};
  }
  const bool is_refused = verdict.outcome == Outcome::refuse;
  const std::string why = verdict.reasons.empty() ? "no reason" : printable(verdict.reasons.front().message);
  body.update(error_json(is_refused ? "refused" : "unknown", why));
  return {is_refused ? 409U : 503U, to_text(body), {}};
}

}  // namespace

Ledger Permits::ledger_for(const Asked& asked) const {
  Ledger ledger = keeper_.current();
  for (const auto& permit : pending_) ledger.permits.push_back(*permit);
  for (const gate::FiledIntent& start : asked.starts) ledger.starts.push_back(start.intent);
  if (asked.granted) std::erase_if(ledger.permits, [&](const Permit& one) { return one.id == asked.granted->id; });
  return ledger;
}

Verdict Permits::decide_now(const Asked& asked, const Looked& looked, const Ledger& ledger) const {
  const Now now{.boot_ms = boot_now_ms(), .asked_boot_ms = asked.boot_ms, .wall_s = wall_now_s()};
  Verdict verdict = decide(*looked.snapshot, *looked.policy, ledger, asked.question, now);
  verdict.instance = settings_.instance;
  return verdict;
}

/// Decides, and takes the scope in the same step of the loop, before anybody else is decided on; then it is stored.
asio::awaitable<Verdict> Permits::grant(Asked& asked, const Looked& looked) {
  Verdict verdict;
  // Once more for each override that somebody else spent meanwhile: there may be another one.
  for (std::size_t tries = 0; tries <= max_overrides; ++tries) {
    Ledger ledger = ledger_for(asked);
    ledger.readable = true;
    verdict = decide_now(asked, looked, ledger);
    if (verdict.outcome != Outcome::allow) co_return verdict;

    Permit permit = asked.wanted;
    permit.accepted = accepted_of(verdict);
    permit.disks = disks_of(asked.question, *looked.snapshot);
    permit.granted_s = wall_now_s();
    const auto taken = std::make_shared<const Permit>(permit);
    pending_.push_back(taken);
    ledger::Change change{
        .record = {.wall_s = permit.granted_s, .kind = {}, .actor = asked.actor, .what = audit_of(verdict)}};
    change.permit_step = ledger::PermitStep{.add = guardd::grant(std::move(permit)), .id = {}, .change = {}};
    const std::string spent = verdict.override_id;
    if (!spent.empty()) change.override_step = ledger::OverrideStep{.spend = spent};
    const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
    std::erase(pending_, taken);

    if (stored) {
      asked.granted = *stored->permit;
      granted_on_[asked.granted->id] = {looked.policy, looker_.newest()};
      const std::vector<Override> before = std::move(ledger.overrides);
      ledger = ledger_for(asked);
      ledger.overrides = with_unspent(std::move(ledger.overrides), before, spent);
      // Once more: a hold may have come while it was stored.
      co_return decide_now(asked, looked, ledger);
    }
    if (stored.error().code == "too_many") {
      verdict.outcome = Outcome::refuse;
      verdict.reasons.push_back({.code = "permit.conflict",
                                 .rule = "builtin",
                                 .message = stored.error().message,
                                 .remedy = "guardctl permit list shows them",
                                 .dataset = {},
                                 .evidence = {},
                                 .outcome = Outcome::refuse});
      co_return verdict;
    }
    if (stored.error().code == "ledger.failed") {
      ledger.readable = Unknown{stored.error().message};
      co_return decide_now(asked, looked, ledger);
    }
  }
  co_return verdict;
}

/// The gate stays closed by the permit's own mirror from here on; a permit that can't have one, or that something came
/// up against while it was stored, is none.
asio::awaitable<void> Permits::settle_grant(Asked& asked, Verdict& verdict) {
  const std::string id = asked.granted->id;
  const Result<Permit> settled = co_await settle(*asked.granted);
  if (settled && verdict.outcome == Outcome::allow) co_return;
  if (!settled) {
    verdict.outcome = std::max(verdict.outcome, Outcome::unknown);
    verdict.reasons.push_back({.code = "ledger.failed",
                               .rule = "builtin",
                               .message = "the permit can't be mirrored for the gate: " + settled.error().message,
                               .remedy = "see that guardd can write to its run and state directories",
                               .dataset = {},
                               .evidence = {},
                               .outcome = Outcome::unknown});
  }
  Change ended = [](Permit one) { return guardd::end(std::move(one), 0, false); };
  AuditRecord record = record_of("", asked.caller);
  (void)co_await step(id, std::move(ended), std::move(record));
  asked.granted.reset();
}

asio::awaitable<Verdict> Permits::decide_on(Asked& asked) {
  co_await ask_for_starts(asked);
  CheckRequest question = asked.question;
  const Looked looked = co_await look_afresh(looker_, workers_, std::move(question));
  co_await drop_starts_that_run(asked, *looked.snapshot);
  Verdict verdict = co_await grant(asked, looked);
  if (asked.granted) co_await settle_grant(asked, verdict);
  co_return verdict;
}

asio::awaitable<Reply> Permits::acquire(PermitRequest request, Caller caller) {
  if (settings_.boot_id.empty()) co_return error_reply(503, "unknown", "this boot's id can't be read: no permits");
  const Result<PermitHolder> holder = find_holder(request.holder_pid, caller);
  if (!holder) co_return error_reply(409, holder.error().code, holder.error().message);
  const Result<PermitHolder> self = gate::identify(::getpid());
  if (!self) co_return error_reply(503, "unknown", "guardd can't read its own process: " + self.error().message);

  Asked asked{.question = std::move(request.question),
              .caller = caller,
              .actor = actor_of(caller),
              .boot_ms = boot_now_ms(),
              .requested = {},
              .wanted = {},
              .starts = {},
              .granted = {}};
  asked.wanted.operation = asked.question.operation;
  asked.wanted.whole_host = asked.question.whole_host;
  asked.wanted.targets = asked.question.targets;
  asked.wanted.reason = std::move(request.reason);
  asked.wanted.by = describe(asked.actor);
  asked.wanted.holder = *holder;
  asked.wanted.has_command = request.has_command;
  asked.wanted.boot_id = settings_.boot_id;
  asked.wanted.expires_boot_ms = asked.boot_ms + request.valid_s * 1000;
  asked.requested = asked.wanted;
  asked.requested.id = "r" + std::to_string(++requests_);
  asked.requested.holder = *self;
  asked.requested.has_command = true;  // nothing is at work while it is decided

  ++requests_under_way_;
  Verdict verdict;
  std::exception_ptr bug;
  Result<bool> announced = true;
  try {
    announced = co_await announce(asked);
    if (announced) verdict = co_await decide_on(asked);
  } catch (const std::exception&) {  // then nobody gets a permit, and the gate opens again
    bug = std::current_exception();
  }
  if (bug && asked.granted) {
    std::string id = asked.granted->id;
    co_await give_up(std::move(id));
  }
  Permit requested = asked.requested;
  co_await withdraw(std::move(requested));
  --requests_under_way_;
  if (bug) std::rethrow_exception(bug);
  if (!announced) {
    co_await start_waiting();
    co_return error_reply(503, "unknown", "the gate can't be closed: " + announced.error().message);
  }
  if (!asked.granted) {
    keeper_.store_late({.wall_s = wall_now_s(), .kind = "verdict", .actor = asked.actor, .what = audit_of(verdict)});
    co_await start_waiting();
  }
  Reply reply = verdict_reply(verdict, asked.granted);
  // Nobody knows that he has it: a caller that was too impatient does not use it.
  if (asked.granted) {
    reply.unsent = [this, id = asked.granted->id] { asio::co_spawn(executor_, give_up(id), asio::detached); };
  }
  co_return reply;
}

asio::awaitable<void> Permits::give_up(std::string id) {
  Change ended = [](Permit one) { return guardd::end(std::move(one), 0, false); };
  AuditRecord record{.wall_s = wall_now_s(), .kind = {}, .actor = {}, .what = {{"reason", "its holder was not told"}}};
  (void)co_await step(std::move(id), std::move(ended), std::move(record));
}

}  // namespace guardd
