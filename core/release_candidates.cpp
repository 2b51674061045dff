// SPDX-License-Identifier: Apache-2.0
#include "core/release_candidates.hpp"

#include <algorithm>
#include <iterator>

#include "core/dataset_id.hpp"
#include "core/locate.hpp"
#include "core/presence.hpp"
#include "core/storage_graph.hpp"

namespace guardd {
namespace {

bool lies_at_path(const DatasetMemory& memory, const Snapshot& snapshot, const Target& target) {
  const auto fact = std::ranges::find(snapshot.memories, memory.id, &MemoryFact::id);
  if (fact != snapshot.memories.end() && is_within(fact->path, target.path)) return true;
  return !memory.contained && is_within(memory.path, target.path);
}

bool lies_on_device(const DatasetMemory& memory, const Snapshot& snapshot, const std::vector<Dataset>& datasets,
                    const StorageGraph& graph, DeviceNumber device) {
  const auto dataset = std::ranges::find(datasets, memory.id, &Dataset::id);
  if (dataset == datasets.end()) return stood_on(memory, snapshot, graph, device);
  return std::ranges::find(dataset->device_numbers, device) != dataset->device_numbers.end();
}

bool has_name(const DeviceIdentity& device) {
  return !device.wwn.empty() || !device.serial.empty() || !device.part_uuid.empty() || !device.uuid.empty();
}

}  // namespace

bool is_in_use(const Snapshot& snapshot, const StorageGraph& graph, DeviceNumber device) {
  return std::ranges::any_of(graph.descendants(device), [&](DeviceNumber number) {
    const BlockDeviceFact* const found = graph.find(number);
    return (found != nullptr && found->swap) ||
           std::ranges::find(snapshot.mounts, number, &MountFact::device) != snapshot.mounts.end();
  });
}

bool stood_on(const DatasetMemory& memory, const Snapshot& snapshot, const StorageGraph& graph, DeviceNumber device) {
  std::vector<DeviceNumber> related = graph.descendants(device);
  const std::vector<DeviceIdentity> own = identify_devices(snapshot, graph, {device});
  if (own.empty() || !has_name(own.front())) {
    std::ranges::copy(graph.ancestors(device).devices, std::back_inserter(related));
  }
  return std::ranges::any_of(identify_devices(snapshot, graph, related), [&](const DeviceIdentity& now) {
    const Presence presence = presence_of(memory, {now});
    return presence == Presence::attached || presence == Presence::relabelled;
  });
}

std::vector<Release> device_releases(const Snapshot& snapshot, DeviceNumber device) {
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::vector<Release> releases;
  for (const DeviceNumber number : graph.descendants(device)) {
    const BlockDeviceFact* const found = graph.find(number);
    if (found == nullptr || is_in_use(snapshot, graph, number)) continue;
    for (const SignatureFact& fact : snapshot.signatures) {
      if (fact.device != number || !fact.signature.known() || fact.signature.value().type.empty()) continue;
      Release release;
      release.device = identify_devices(snapshot, graph, {number}).front();
      release.signature = fact.signature.value();
      releases.push_back(std::move(release));
    }
  }
  return releases;
}

std::vector<DatasetMemory> memories_at(const std::vector<DatasetMemory>& memories, const Snapshot& snapshot,
                                       const std::vector<Dataset>& datasets, const Target& target) {
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::vector<DatasetMemory> found;
  std::ranges::copy_if(memories, std::back_inserter(found), [&](const DatasetMemory& memory) {
    return target.block_device && target.device ? lies_on_device(memory, snapshot, datasets, graph, *target.device)
                                                : lies_at_path(memory, snapshot, target);
  });
  return found;
}

}  // namespace guardd
