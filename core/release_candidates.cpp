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

}  // namespace

bool stood_on(const DatasetMemory& memory, const Snapshot& snapshot, const StorageGraph& graph, DeviceNumber device) {
  std::vector<DeviceNumber> related = graph.descendants(device);
  std::ranges::copy(graph.ancestors(device).devices, std::back_inserter(related));
  return std::ranges::any_of(identify_devices(snapshot, graph, related), [&](const DeviceIdentity& now) {
    return presence_of(memory, {now}) == Presence::attached;
  });
}

std::vector<Release> device_releases(const Snapshot& snapshot, DeviceNumber device) {
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::vector<Release> releases;
  for (const DeviceNumber number : graph.descendants(device)) {
    const BlockDeviceFact* const found = graph.find(number);
    const bool mounted = std::ranges::find(snapshot.mounts, number, &MountFact::device) != snapshot.mounts.end();
    if (found == nullptr || mounted || found->swap) continue;
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
