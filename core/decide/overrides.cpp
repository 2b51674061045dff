// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

/// What people can't answer for: that it is this host and these targets, what other people hold or do right now, and a
/// ledger that does not know whether the override was spent. docs/override.md says more.
constexpr std::array<std::string_view, 6> stays{"host.mismatch", "hold.active",     "ledger.failed",
                                                "ledger.lost",   "permit.conflict", "target.untraceable"};

bool admits(const Weighing& weighing, const Override& override_) {
  const HostFact& host = weighing.snapshot.host;
  return state_at(override_, {host.boot_id, weighing.now.boot_ms}) == OverrideState::applied &&
         override_.machine_id == host.machine_id && is_about(override_, weighing.request);
}

}  // namespace

std::string lift_by_override(Weighing& weighing, std::vector<Lifted>& lifted) {
  const auto& overrides = weighing.ledger.overrides;
  const auto admitting = std::ranges::find_if(overrides, [&](const Override& one) { return admits(weighing, one); });
  if (admitting == overrides.end()) return "";
  const std::size_t before = lifted.size();
  std::vector<Reason> kept;
  for (Reason& reason : weighing.reasons) {
    if (std::ranges::find(stays, reason.code) != stays.end()) {
      kept.push_back(std::move(reason));
    } else {
      lifted.push_back({std::move(reason), describe(*admitting)});
    }
  }
  weighing.reasons = std::move(kept);
  return lifted.size() > before ? admitting->id : "";
}

}  // namespace guardd::decide_detail
