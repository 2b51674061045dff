// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

std::string scope_of(const Permit& permit) {
  if (permit.whole_host) return "this host";
  std::string what = permit.targets.front().path;
  if (permit.targets.size() > 1) what += " and " + std::to_string(permit.targets.size() - 1) + " more";
  return what;
}

std::string describe(const Permit& permit) {
  return "permit " + permit.id + " of " + permit.by + " (" + std::string(to_string(permit.operation)) + " of " +
         scope_of(permit) + ")";
}

bool overlaps(const Weighing& weighing, const Permit& permit) {
  if (permit.whole_host || weighing.request.whole_host) return true;
  return std::ranges::any_of(permit.targets, [&](const Target& target) { return touches_target(weighing, target); });
}

Evidence evidence_of(const Permit& permit) {
  return {.inspector = "ledger",
          .pid = permit.holder.pid,
          .exe = {},
          .file = permit.targets.empty() ? "" : permit.targets.front().path,
          .detail = "permit " + permit.id + ", " + std::string(to_string(permit.state))};
}

void weigh_permit(Weighing& weighing, const Permit& permit) {
  const bool at_work = occupies(permit);
  // What a reinstall left half done may not come up again. Doing it once more, or wiping it, mends it.
  const bool half_done = permit.state == PermitState::interrupted && permit.operation == Operation::reinstall &&
                         weighing.request.operation == Operation::reboot;
  if (half_done) {
    Reason reason =
        refusal("operation.interrupted", describe(permit) + " died half-way: " + permit.why,
                "see whether the host can still boot; then: guardctl permit end " + permit.id + " --reason TEXT");
    reason.evidence.push_back(evidence_of(permit));
    return weighing.add(std::move(reason));
  }
  if (!at_work || !overlaps(weighing, permit)) return;
  Reason reason = refusal("permit.conflict", describe(permit) + " is under way: one operation at a time",
                          "wait until it has ended: guardctl permit list shows who holds it");
  reason.evidence.push_back(evidence_of(permit));
  weighing.add(std::move(reason));
}

}  // namespace

void weigh_permits(Weighing& weighing) {
  for (const Permit& permit : weighing.ledger.permits) weigh_permit(weighing, permit);
  for (const StartIntent& start : weighing.ledger.starts) {
    Reason reason = refusal("permit.conflict", start.service + " is starting",
                            "ask again when it runs, or has failed: systemctl status " + start.service);
    reason.evidence.push_back(
        {.inspector = "gate", .pid = start.caller.pid, .exe = {}, .file = {}, .detail = "its gate let it through"});
    weighing.add(std::move(reason));
  }
}

}  // namespace guardd::decide_detail
