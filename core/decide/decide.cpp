// SPDX-License-Identifier: Apache-2.0
#include "core/decide.hpp"

#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd {

using namespace decide_detail;

namespace {

bool applies(const Rule& rule, std::string_view fact, std::string_view service, Operation operation) {
  const bool about_service = rule.services.empty() || std::ranges::find(rule.services, service) != rule.services.end();
  return rule.fact == fact && about_service && rule.refuses.contains(operation);
}

}  // namespace

Verdict decide(const Snapshot& snapshot, const Policy& policy, const Ledger& ledger, const CheckRequest& request,
               Now now) {
  Weighing weighing{snapshot,
                    policy,
                    ledger,
                    request,
                    now,
                    StorageGraph(snapshot.devices, snapshot.mounts),
                    MountIndex(snapshot.mounts),
                    assemble_datasets(snapshot),
                    {},
                    {},
                    {},
                    {}};
  weigh_inspectors(weighing);
  weigh_host(weighing);
  place_targets(weighing);
  weigh_holds(weighing);
  weigh_permits(weighing);
  weigh_datasets(weighing);
  weigh_memories(weighing);
  weigh_mounts(weighing);
  weigh_protected_paths(weighing);
  weigh_device_use(weighing);
  weigh_devices(weighing);
  weigh_ambiguity(weighing);

  Verdict verdict;
  lift_by_exceptions(weighing, verdict.lifted);
  lift_by_releases(weighing, verdict.lifted);
  verdict.override_id = lift_by_override(weighing, verdict.lifted);
  std::ranges::stable_sort(weighing.reasons, std::ranges::greater{}, &Reason::outcome);
  verdict.request = request;
  verdict.reasons = std::move(weighing.reasons);
  verdict.outcome = verdict.reasons.empty() ? Outcome::allow : verdict.reasons.front().outcome;
  verdict.host = snapshot.host;
  verdict.snapshot_generation = snapshot.generation;
  verdict.snapshot_age_ms = now.boot_ms - snapshot.began_boot_ms;
  verdict.inspectors = snapshot.inspectors;
  verdict.policy_generation = policy.generation;
  verdict.policy_digest = policy.digest;
  return verdict;
}

namespace decide_detail {

void Weighing::refuse_by_rule(std::string_view fact, std::string_view service, const Reason& reason) {
  for (const auto& [id, rule] : policy.rules) {
    if (!applies(rule, fact, service, request.operation)) continue;
    Reason one = reason;
    one.code = fact;
    one.rule = id;
    one.outcome = Outcome::refuse;
    if (!rule.remedy.empty()) one.remedy = rule.remedy;
    add(std::move(one));
  }
}

bool Weighing::has_rule(std::string_view fact) const {
  return std::ranges::any_of(policy.rules, [&](const auto& entry) {
    return entry.second.fact == fact && entry.second.refuses.contains(request.operation);
  });
}

Reason unknown(std::string_view code, std::string message, std::string remedy) {
  Reason reason;
  reason.code = code;
  reason.rule = "builtin";
  reason.message = std::move(message);
  reason.remedy = std::move(remedy);
  reason.outcome = Outcome::unknown;
  return reason;
}

Reason refusal(std::string_view code, std::string message, std::string remedy) {
  Reason reason = unknown(code, std::move(message), std::move(remedy));
  reason.outcome = Outcome::refuse;
  return reason;
}

}  // namespace decide_detail
}  // namespace guardd
