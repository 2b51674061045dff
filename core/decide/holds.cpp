// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"
#include "core/trace.hpp"

namespace guardd::decide_detail {
namespace {

/// Everything that shares its fate with a device: what it stands on, what stands on it, and the filesystems there.
Trace trace_device(const StorageGraph& graph, DeviceNumber device) {
  Trace trace{graph.ancestors(device).devices, true, {}};
  for (const DeviceNumber one : graph.descendants(device)) {
    trace.devices.push_back(one);
    trace.locations.push_back({one, "", "/"});
  }
  return trace;
}

/// Where a hold's target is now. A device is looked up by its name: numbers are given anew at every boot. One that is
/// not there can't be compared with anything, and so weighs on every target.
Trace trace_held(const Weighing& weighing, const Target& target) {
  constexpr std::string_view dev = "/dev/";
  if (target.block_device || target.path.starts_with(dev)) {
    const BlockDeviceFact* device =
        target.path.starts_with(dev) ? weighing.graph.find(std::string_view(target.path).substr(dev.size())) : nullptr;
    return device == nullptr ? Trace{{}, false, {}} : trace_device(weighing.graph, device->device);
  }
  return trace_host_path(weighing, target.path);
}

bool weighs(const Weighing& weighing, const Hold& hold) {
  if (hold.operation != weighing.request.operation) return false;
  if (has_lapsed(hold, weighing.ledger, weighing.now.wall_s)) return false;
  if (hold.targets.empty()) return true;
  return std::ranges::any_of(hold.targets, [&](const Target& target) {
    const Trace trace = trace_held(weighing, target);
    return !trace.traceable || touches(weighing, trace.devices, trace.locations, true);
  });
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
