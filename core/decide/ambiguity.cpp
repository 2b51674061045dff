// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

/// Those of the devices with one filesystem UUID that are a copy of another one. No copies: what stands on one another
/// (a disk and a volume over all of it), and what one thing stands on (the legs of a mirror, the paths to a LUN, the
/// members of a btrfs).
std::vector<DeviceNumber> copies_among(const StorageGraph& graph, const std::set<DeviceNumber>& devices) {
  std::map<DeviceNumber, std::set<DeviceNumber>> stacks;
  for (const DeviceNumber device : devices) {
    const std::vector<DeviceNumber> stack = graph.descendants(device);
    stacks[device] = {stack.begin(), stack.end()};
  }
  const auto is_apart = [&](DeviceNumber a, DeviceNumber b) {
    return a != b && std::ranges::none_of(stacks[a], [&](DeviceNumber one) { return stacks[b].contains(one); });
  };
  std::vector<DeviceNumber> copies;
  for (const DeviceNumber a : devices) {
    if (std::ranges::any_of(devices, [&](DeviceNumber b) { return is_apart(a, b); })) copies.push_back(a);
  }
  return copies;
}

bool lies_on(const Weighing& weighing, const Dataset& dataset, const std::string& uuid,
             const std::vector<DeviceNumber>& copies) {
  const auto is_copy = [&](DeviceNumber device) { return std::ranges::find(copies, device) != copies.end(); };
  if (std::ranges::any_of(dataset.device_numbers, is_copy)) return true;
  return std::ranges::any_of(weighing.snapshot.directories, [&](const DataDirectoryFact& fact) {
    return fact.fs_uuid == uuid && fact.path == dataset.path && fact.mnt_ns == dataset.mnt_ns;
  });
}

void weigh_copies(Weighing& weighing, const std::string& uuid, const std::vector<DeviceNumber>& copies) {
  std::vector<DeviceNumber> under;
  std::vector<Evidence> evidence;
  bool traceable = true;
  for (const DeviceNumber copy : copies) {
    const StorageGraph::Ancestry ancestry = weighing.graph.ancestors(copy);
    under.insert(under.end(), ancestry.devices.begin(), ancestry.devices.end());
    traceable = traceable && ancestry.traceable;
    const BlockDeviceFact* device = weighing.graph.find(copy);
    if (device == nullptr || evidence.size() == max_evidence) continue;
    evidence.push_back(
        {.inspector = "signatures", .pid = {}, .exe = {}, .file = "/dev/" + device->name, .detail = "UUID " + uuid});
  }
  if (!touches(weighing, under, {}, traceable)) return;
  for (const Dataset& dataset : weighing.datasets) {
    if (!lies_on(weighing, dataset, uuid, copies)) continue;
    Reason reason = refusal("dataset.ambiguous",
                            describe(dataset) + " lies on a filesystem of which this host has a copy: " +
                                std::to_string(copies.size()) + " devices have the UUID " + uuid,
                            "detach the copy, or give its filesystem a UUID of its own (tune2fs -U random, xfs_admin "
                            "-U generate, btrfstune -u)");
    reason.dataset = dataset;
    reason.evidence = evidence;
    weighing.add(std::move(reason));
  }
}

}  // namespace

void weigh_ambiguity(Weighing& weighing) {
  if (weighing.request.operation == Operation::reboot) return;
  std::map<std::string, std::set<DeviceNumber>> carriers;
  for (const SignatureFact& fact : weighing.snapshot.signatures) {
    if (!fact.signature.known()) continue;
    const Signature& found = fact.signature.value();
    // The members of one of these have its UUID each, and sysfs does not tell what stands on them.
    const bool is_member = found.type == "zfs_member" || found.type == "bcachefs";
    if (found.usage == "filesystem" && !found.uuid.empty() && !is_member) carriers[found.uuid].insert(fact.device);
  }
  for (const auto& [uuid, devices] : carriers) {
    if (devices.size() < 2) continue;
    const std::vector<DeviceNumber> copies = copies_among(weighing.graph, devices);
    if (!copies.empty()) weigh_copies(weighing, uuid, copies);
  }
}

}  // namespace guardd::decide_detail
