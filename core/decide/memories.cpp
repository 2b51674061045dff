// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"
#include "core/presence.hpp"
#include "core/release_candidates.hpp"
#include "core/utc.hpp"

/// Datasets of earlier looks that this one did not find: what has been seen is there until it is known to be gone.
namespace guardd::decide_detail {
namespace {

Dataset dataset_of(const DatasetMemory& memory, DatasetState state) {
  Dataset dataset;
  dataset.id = memory.id;
  dataset.service = memory.service;
  dataset.path = memory.path;
  dataset.state = state;
  dataset.role_detail = "not running";
  for (const DeviceIdentity& device : memory.devices) dataset.devices.push_back("/dev/" + device.name);
  return dataset;
}

void refuse(Weighing& weighing, const DatasetMemory& memory, Dataset dataset, const std::string& what) {
  const bool at_rest = dataset.state == DatasetState::at_rest;
  Reason reason;
  reason.message = describe(dataset) + what;
  reason.evidence.push_back({.inspector = "memory",
                             .pid = {},
                             .exe = {},
                             .file = dataset.path,
                             .detail = "last seen " + utc_text(memory.last_seen_s)});
  reason.dataset = std::move(dataset);
  weighing.refuse_by_rule(at_rest ? "dataset.at_rest" : "dataset.remembered", memory.service, reason);
}

/// Its filesystem is mounted, and it is on it: where no marker or place led to it.
void weigh_present(Weighing& weighing, const DatasetMemory& memory, const MemoryFact& fact) {
  StorageGraph::Ancestry under;
  under.traceable = fact.device.known();
  if (fact.device.known()) under = weighing.graph.ancestors(fact.device.value());
  std::vector<FsLocation> locations;
  Dataset dataset = dataset_of(memory, DatasetState::at_rest);
  if (!fact.path.empty()) {
    dataset.path = fact.path;
    locations = trace_host_path(weighing, fact.path).locations;
  }
  if (!touches(weighing, under.devices, locations, under.traceable)) return;
  dataset.device_numbers = under.devices;
  refuse(weighing, memory, std::move(dataset),
         ": data at rest that was seen here before, and that nobody has released");
}

/// Of a host, every disk is.
bool is_on_targets(const Weighing& weighing, const DatasetMemory& memory) {
  return weighing.request.whole_host || std::ranges::any_of(weighing.target_devices, [&](DeviceNumber target) {
           return stood_on(memory, weighing.snapshot, weighing.graph, target);
         });
}

void weigh_unmounted(Weighing& weighing, const DatasetMemory& memory, const std::vector<DeviceIdentity>& attached) {
  const Presence presence = presence_of(memory, attached);
  if (presence == Presence::overwritten) return;
  const BootMoment now{weighing.snapshot.host.boot_id, weighing.now.boot_ms};
  if (presence == Presence::absent) {
    if (is_absent_for_good(memory, weighing.now.wall_s, now) || !weighing.request.whole_host) return;
    return refuse(weighing, memory, dataset_of(memory, DatasetState::remembered),
                  " was seen on a disk that is not attached now: it may come back with the next boot");
  }
  if (!is_on_targets(weighing, memory)) return;
  if (presence == Presence::relabelled) {
    if (is_relabelled_for_good(memory, weighing.now.wall_s, now)) return;
    return refuse(
        weighing, memory, dataset_of(memory, DatasetState::remembered),
        " was seen here less than a day ago, on a filesystem that has another UUID by now: mkfs gives it one, and "
        "so does tune2fs, which keeps the data");
  }
  refuse(weighing, memory, dataset_of(memory, DatasetState::remembered),
         " was seen here, and its filesystem is not mounted now: nobody has released it");
}

}  // namespace

void weigh_memories(Weighing& weighing) {
  const std::vector<DeviceIdentity> attached = attached_devices(weighing.snapshot);
  for (const DatasetMemory& memory : weighing.ledger.memories) {
    if (std::ranges::find(weighing.datasets, memory.id, &Dataset::id) != weighing.datasets.end()) continue;
    const std::vector<MemoryFact>& facts = weighing.snapshot.memories;
    const auto fact = std::ranges::find(facts, memory.id, &MemoryFact::id);
    if (fact == facts.end()) {
      refuse(weighing, memory, dataset_of(memory, DatasetState::remembered),
             " was seen before this look, which did not look for it");
    } else if (fact->whereabouts == Whereabouts::here) {
      weigh_present(weighing, memory, *fact);
    } else if (fact->whereabouts == Whereabouts::not_mounted) {
      weigh_unmounted(weighing, memory, attached);
    } else if (fact->whereabouts == Whereabouts::unknown) {
      weighing.add(unknown("inspector.failed",
                           "what became of " + memory.service + " at " + memory.path + " is not known: " + fact->why,
                           "make its filesystem readable for guardd, or unmount it, then ask again"));
    }
  }
}

}  // namespace guardd::decide_detail
