// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/dataset_id.hpp"
#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

/// Whether the release is about this reason's device, which carries what it carried then. One that is given to other
/// machines is theirs.
bool lifts_device(const Release& release, const Reason& reason, const Weighing& weighing) {
  constexpr std::string_view dev = "/dev/";
  if (reason.code != "device.unrecognised" || !release.dataset.empty() || reason.evidence.size() != 1) return false;
  const std::string_view node = reason.evidence.front().file;
  const BlockDeviceFact* const device = weighing.graph.find(node.substr(dev.size()));
  if (device == nullptr || !device->exported_by.empty()) return false;
  const std::vector<DeviceIdentity> now = identify_devices(weighing.snapshot, weighing.graph, {device->device});
  const auto carries_another = [&](const SignatureFact& fact) {
    return fact.device == device->device && !(fact.signature == Known<Signature>(release.signature));
  };
  return is_same_device(release.device, now.front()) &&
         std::ranges::none_of(weighing.snapshot.signatures, carries_another);
}

/// Whether the release is about this reason's dataset as it still is. What can't be compared may have changed.
bool lifts(const Release& release, const Reason& reason, const Weighing& weighing) {
  if (!reason.dataset || release.dataset.empty() || reason.dataset->id != release.dataset) return false;
  if (reason.code != "dataset.at_rest" && reason.code != "dataset.remembered") return false;
  const std::vector<MemoryFact>& facts = weighing.snapshot.memories;
  const auto fact = std::ranges::find(facts, release.dataset, &MemoryFact::id);
  if (fact == facts.end()) return false;
  if (fact->whereabouts == Whereabouts::not_mounted) return reason.code == "dataset.remembered";
  return fact->whereabouts == Whereabouts::here && fact->watermark.known() && release.watermark == fact->watermark;
}

}  // namespace

/// Only while the clock is where it was: one that was set back may have been set to before a change.
void lift_by_releases(Weighing& weighing, std::vector<Lifted>& lifted) {
  if (weighing.now.wall_s < weighing.ledger.latest_s) return;
  std::vector<Reason> kept;
  for (Reason& reason : weighing.reasons) {
    const std::vector<Release>& releases = weighing.ledger.releases;
    const auto release = std::ranges::find_if(
        releases, [&](const Release& r) { return lifts(r, reason, weighing) || lifts_device(r, reason, weighing); });
    if (release == releases.end()) {
      kept.push_back(std::move(reason));
    } else {
      lifted.push_back({std::move(reason), "release " + release->id + " by " + release->by + " (" + release->basis +
                                               "): " + release->reason});
    }
  }
  weighing.reasons = std::move(kept);
}

}  // namespace guardd::decide_detail
