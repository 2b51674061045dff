// SPDX-License-Identifier: Apache-2.0
#include "daemon/overrides.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "core/strict_json.hpp"
#include "daemon/actor.hpp"
#include "daemon/decisions.hpp"
#include "daemon/worker/ask.hpp"
#include "daemon/worker/protocol.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::chrono::milliseconds signers_deadline{4000};  // guardctl waits 5 s
constexpr std::chrono::milliseconds late{200};

/// 100 bits, in groups that a person can type: "4k7q-f2mz-p0ab-c9de-t8xv". Letters that are taken for digits or for
/// others are left out, as Crockford's base 32 does. Empty: no randomness is to be had.
std::string make_nonce() {
  constexpr std::string_view letters = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<unsigned char, 20> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return "";
  std::string nonce;
  for (std::size_t i = 0; i < random.size(); ++i) {
    if (i > 0 && i % 4 == 0) nonce += '-';
    nonce += letters[random.at(i) % letters.size()];
  }
  return nonce;
}

Reply not_approved(const std::string& why) { return error_reply(409, "not_approved", why); }

json approvals_json(const std::vector<GoodSignature>& good) {
  json out = json::array();
  for (const GoodSignature& one : good) out.push_back({{"names", one.names}, {"key", one.key}});
  return out;
}

}  // namespace

BootMoment Overrides::now() const { return {boot_id_, boot_now_ms()}; }

Reply Overrides::list() const {
  const Ledger& ledger = keeper_.current();
  if (!ledger.readable.known()) return error_reply(503, "ledger.failed", ledger.readable.why());
  json overrides = json::array();
  for (const Override& one : ledger.overrides) overrides.push_back(to_json(one, state_at(one, now())));
  return {200, to_text({{"overrides", std::move(overrides)}}), {}};
}

asio::awaitable<Result<ApprovalOutput>> Overrides::look_at_signers(std::string challenge,
                                                                   std::vector<std::string> signatures) {
  ApprovalInput input;
  input.allowed_signers = rules_.allowed_signers;
  input.challenge = std::move(challenge);
  input.signatures = std::move(signatures);
  input.deadline_ms = signers_deadline.count();
  json question(input);
  const std::chrono::milliseconds deadline = signers_deadline + late;
  co_return co_await ask<ApprovalOutput>(workers_, "approval", std::move(question), deadline);
}

/// Why nobody could approve anything here; empty: somebody can.
std::string Overrides::why_impossible(const ApprovalOutput& signers) const {
  if (!signers.problem.empty()) return signers.problem;
  if (!signers.signers_absent) return "";
  if (rules_.signers_must_exist) return rules_.allowed_signers + ", which guardd.json names, is not there";
  if (!rules_.without_signers)
    return "there are no signers (" + rules_.allowed_signers + "), and without them nothing is approved";
  return "";
}

asio::awaitable<Reply> Overrides::request(Override wanted, Caller caller) {
  if (!wanted.dataset.empty()) {
    const auto& memories = keeper_.current().memories;
    const auto memory = std::ranges::find(memories, wanted.dataset, &DatasetMemory::id);
    if (memory == memories.end())
      co_return error_reply(400, "bad_request", "no dataset here has the id " + wanted.dataset);
    wanted.dataset_name = memory->service + " at " + memory->path;
  }
  std::string no_challenge;
  std::vector<std::string> no_signatures;
  const Result<ApprovalOutput> signers = co_await look_at_signers(std::move(no_challenge), std::move(no_signatures));
  if (!signers)
    co_return error_reply(503, "approval.failed", "who may approve can't be found out: " + signers.error().message);
  if (const std::string why = why_impossible(*signers); !why.empty()) co_return not_approved(why);
  wanted.nonce = make_nonce();
  if (boot_id_.empty() || wanted.nonce.empty() || signers->hostname.empty()) {
    co_return error_reply(503, "approval.failed", "this host, its boot or its randomness can't be read");
  }
  ledger::Change change{.record = record_of("override.requested", caller)};
  wanted.by = describe(*change.record.actor);
  wanted.host = signers->hostname;
  wanted.machine_id = signers->machine_id;
  wanted.boot_id = boot_id_;
  wanted.requested_s = change.record.wall_s;
  wanted.requested_boot_ms = boot_now_ms();
  wanted.expires_boot_ms = wanted.requested_boot_ms + rules_.valid_s * 1000;
  change.override_step = ledger::OverrideStep{.add = std::move(wanted), .now = now()};
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  if (!stored) co_return refused(stored.error());
  const Override& made = stored->overrides->back();
  json approval{{"people", signers->signers_absent ? 1 : rules_.approvals}};
  if (!signers->signers_absent) approval["signers"] = rules_.allowed_signers;
  const json answer{{"override", to_json(made, made.state)},
                    {"challenge", challenge_text(challenge_of(made))},
                    {"nonce", made.nonce},
                    {"hostname", made.host},
                    {"approval", std::move(approval)}};
  co_return Reply{201, to_text(answer), {}};
}

/// Those who approved, or why it is not approved.
Result<std::vector<Approval>> Overrides::judge(const Override& override_, const Proof& proof,
                                               const ApprovalOutput& found, const std::string& by) const {
  const auto no = [](std::string why) { return Error{"not_approved", std::move(why)}; };
  if (const std::string why = why_impossible(found); !why.empty()) return no(why);
  if (!proof.signatures.empty()) {
    if (found.signers_absent)
      return no("there are no signers (" + rules_.allowed_signers + ") whose signatures could be checked");
    if (!found.refused.empty()) return no(found.refused);
    return count_people(found.good, rules_.approvals);
  }
  if (!found.signers_absent) return no("it takes signatures, since there are signers (" + rules_.allowed_signers + ")");
  if (const std::string why = why_not_typed(override_, proof.nonce, proof.host); !why.empty()) return no(why);
  return std::vector<Approval>{{.principal = by + ", who typed its nonce", .key = {}}};
}

asio::awaitable<Reply> Overrides::apply(std::string id, Proof proof, Caller caller) {
  if (proof.signatures.empty() && caller.uid != 0) {
    co_return error_reply(403, "not_permitted", "without signatures only root may apply an override");
  }
  const auto find = [&]() -> std::optional<Override> {
    const auto& all = keeper_.current().overrides;
    const auto found = std::ranges::find(all, id, &Override::id);
    return found == all.end() ? std::nullopt : std::optional(*found);
  };
  const std::optional<Override> asked = find();
  if (!asked) co_return error_reply(404, "not_found", "there is no override " + id);
  AuditRecord record = record_of("override.refused", caller);
  const std::string by = describe(*record.actor);
  std::string challenge = challenge_text(challenge_of(*asked));
  std::vector<std::string> signatures = proof.signatures;
  const Result<ApprovalOutput> found = co_await look_at_signers(std::move(challenge), std::move(signatures));
  if (!found) co_return error_reply(503, "approval.failed", "the approval can't be checked: " + found.error().message);

  Result<std::vector<Approval>> approvals = judge(*asked, proof, *found, by);
  // Looked at last: the checking took its time.
  const OverrideState state = state_at(*asked, now());
  if (state != OverrideState::requested) {
    approvals = Error{"conflict", "override " + id + " is " + std::string(to_string(state)) + ": request another one"};
  }
  if (!approvals) {
    record.what = {{"override", to_json(*asked, state)}, {"why", approvals.error().message}};
    if (!found->good.empty()) record.what["signed_by"] = approvals_json(found->good);
    keeper_.store_late(std::move(record));
    co_return not_approved(approvals.error().message);
  }
  ledger::Change change{.record = std::move(record)};
  change.record.kind = "override.applied";
  change.override_step =
      ledger::OverrideStep{.apply = ledger::OverrideStep::Approved{id, *approvals, by}, .now = now()};
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  if (!stored) co_return refused(stored.error());
  const auto& all = *stored->overrides;
  const auto applied = std::ranges::find(all, id, &Override::id);
  if (applied == all.end()) co_return error_reply(404, "not_found", "there is no override " + id);
  co_return Reply{200, to_text({{"override", to_json(*applied, state_at(*applied, now()))}}), {}};
}

}  // namespace guardd
