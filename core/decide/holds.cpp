// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

bool weighs(const Weighing& weighing, const Hold& hold) {
  if (hold.operation != weighing.request.operation) return false;
  if (has_lapsed(hold, weighing.ledger, weighing.now.wall_s)) return false;
  if (hold.targets.empty()) return true;
  return std::ranges::any_of(hold.targets, [&](const Target& target) { return touches_target(weighing, target); });
}

}  // namespace

void weigh_holds(Weighing& weighing) {
  for (const Hold& hold : weighing.ledger.holds) {
    if (!weighs(weighing, hold)) continue;
    std::string what = hold.targets.empty() ? "this host" : hold.targets.front().path;
    if (hold.targets.size() > 1) what += " and " + std::to_string(hold.targets.size() - 1) + " more";
    Reason reason = refusal("hold.active", hold.by + " holds " + what + " (" + hold.id + "): " + hold.reason,
                            "ask " + hold.by + "; when it is agreed: guardctl hold remove " + hold.id);
    for (const Target& target : hold.targets) {
      reason.evidence.push_back(
          {.inspector = "ledger", .pid = {}, .exe = {}, .file = target.path, .detail = "hold " + hold.id});
    }
    weighing.add(std::move(reason));
  }
}

}  // namespace guardd::decide_detail
