// SPDX-License-Identifier: Apache-2.0
#include "core/seal_plan.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "core/dataset_id.hpp"
#include "core/presence.hpp"
#include "core/text.hpp"

namespace guardd {
namespace {

/// SYS_UID_MAX of Debian's login.defs(5), and one: from here on accounts are people's, and containers' users.
constexpr std::uint32_t first_ordinary_uid = 1000;

constexpr std::string_view dataset_fact = "dataset.";

bool carries_partition_table(DeviceNumber device, const Snapshot& snapshot) {
  const auto found = std::ranges::find(snapshot.signatures, device, &SignatureFact::device);
  return found != snapshot.signatures.end() && found->signature.known() &&
         found->signature.value().usage == "partition_table";
}

/// The partitions of what is in use as a whole are its own blocks by other names: of a table that a mkfs of the whole
/// disk left there, or of one that belongs to the multipath or RAID device on the disk.
void add_names_of_wholes(std::vector<DeviceNumber>& under, const Snapshot& snapshot, const StorageGraph& graph,
                         bool mounted) {
  const std::vector<DeviceNumber> wholes = under;
  for (const DeviceNumber whole : wholes) {
    const BlockDeviceFact* const device = graph.find(whole);
    // A disk whose partition carried what is remembered, and that has another one by now.
    if (device == nullptr || (!mounted && carries_partition_table(whole, snapshot))) continue;
    std::vector<DeviceNumber> partitions;
    for (const BlockDeviceFact* const child : graph.children(whole)) {
      if (child->parent == device->name) partitions.push_back(child->device);
    }
    const bool is_partitioned = std::ranges::any_of(
        partitions, [&](DeviceNumber one) { return std::ranges::find(wholes, one) != wholes.end(); });
    if (!is_partitioned) std::ranges::copy(partitions, std::back_inserter(under));
  }
}

/// What lies on which devices now; of what is not mounted, those that carry it or carried it.
std::vector<DeviceNumber> devices_beneath(const Dataset& dataset, const Snapshot& snapshot, const Ledger& ledger,
                                          const StorageGraph& graph) {
  if (!dataset.device_numbers.empty()) return dataset.device_numbers;
  const auto memory = std::ranges::find(ledger.memories, dataset.id, &DatasetMemory::id);
  if (memory == ledger.memories.end()) return {};
  std::vector<DeviceNumber> under;
  const auto is_of_it = [&](const DeviceIdentity& now) {
    return (!memory->fs_uuid.empty() && now.uuid == memory->fs_uuid) ||
           std::ranges::any_of(memory->devices, [&](const DeviceIdentity& then) { return is_same_device(then, now); });
  };
  for (const BlockDeviceFact& device : snapshot.devices) {
    if (!is_of_it(identify_devices(snapshot, graph, {device.device}).front())) continue;
    std::ranges::copy(graph.ancestors(device.device).devices, std::back_inserter(under));
  }
  return under;
}

std::vector<DeviceNumber> devices_under(const Dataset& dataset, const Snapshot& snapshot, const Ledger& ledger,
                                        const StorageGraph& graph) {
  std::vector<DeviceNumber> under = devices_beneath(dataset, snapshot, ledger, graph);
  add_names_of_wholes(under, snapshot, graph, !dataset.device_numbers.empty());
  return under;
}

/// Whether a process of the system's own accounts has it in use.
bool is_used_by_system(const Dataset& dataset, const Snapshot& snapshot) {
  return std::ranges::any_of(dataset.pids, [&](std::int32_t pid) {
    const auto process = std::ranges::find(snapshot.processes, pid, &ProcessFact::pid);
    return process != snapshot.processes.end() && process->uid < first_ordinary_uid && !process->contained;
  });
}

std::vector<PassThroughNode> nodes_beside(DeviceNumber disk, const std::vector<DiskNodes>& pass_through) {
  const auto found = std::ranges::find(pass_through, disk, &DiskNodes::disk);
  return found == pass_through.end() ? std::vector<PassThroughNode>() : found->nodes;
}

SealCause cause_of(const Dataset& dataset) { return {dataset.id, dataset.service, dataset.path, dataset.state}; }

class Planner {
 public:
  Planner(const Snapshot& snapshot, const std::vector<DiskNodes>& pass_through, const Ledger& ledger)
      : snapshot_(snapshot), pass_through_(pass_through), ledger_(ledger), graph_(snapshot.devices, snapshot.mounts) {}

  void seal(const Dataset& dataset) {
    if (dataset.memory || !seen_.insert(dataset.id).second) return;
    if (!dataset.traceable) leave(dataset, "not every disk under it is known");
    const bool by_system = is_used_by_system(dataset, snapshot_);
    bool left_removable = false;
    bool sealed = false;
    for (const DeviceNumber number : devices_under(dataset, snapshot_, ledger_, graph_)) {
      const BlockDeviceFact* const device = graph_.find(number);
      if (device == nullptr) continue;  // btrfs's own number, which is no device's
      if (device->removable && !by_system) {
        left_removable = true;
        continue;
      }
      sealed = true;
      add({false, device->device}, "/dev/" + device->name, device->diskseq, dataset);
      for (const PassThroughNode& node : nodes_beside(device->device, pass_through_)) {
        add({true, node.device}, "/dev/" + node.name, device->diskseq, dataset);
      }
    }
    if (left_removable)
      leave(dataset, "its disk can be taken out, and no process of the system's own accounts has it in use");
    const bool only_remembered = dataset.uses.empty() && !dataset.directory;
    if (!sealed && !left_removable && only_remembered) leave(dataset, "no disk of it is attached");
  }

  void leave(const Dataset& dataset, std::string why) {
    plan_.not_sealed.push_back({cause_of(dataset), std::move(why)});
  }

  SealPlan take() {
    for (auto& [node, device] : devices_) plan_.devices.push_back(std::move(device));
    return std::move(plan_);
  }

 private:
  void add(const DeviceNode& node, std::string name, std::uint64_t diskseq, const Dataset& dataset) {
    SealedDevice& device = devices_[node];
    device.node = node;
    device.name = std::move(name);
    device.diskseq = diskseq;
    const SealCause cause = cause_of(dataset);
    if (std::ranges::find(device.causes, cause) == device.causes.end()) device.causes.push_back(cause);
  }

  const Snapshot& snapshot_;
  const std::vector<DiskNodes>& pass_through_;
  const Ledger& ledger_;
  StorageGraph graph_;
  std::set<std::string> seen_;
  std::map<DeviceNode, SealedDevice> devices_;
  SealPlan plan_;
};

bool is_about_dataset(const Reason& reason) { return reason.dataset && reason.code.starts_with(dataset_fact); }

/// All nodes of the look, each with its disk's sequence number.
SealEntries nodes_seen(const Snapshot& snapshot, const std::vector<DiskNodes>& pass_through) {
  SealEntries nodes;
  for (const BlockDeviceFact& device : snapshot.devices) {
    nodes[{false, device.device}] = device.diskseq;
    for (const PassThroughNode& node : nodes_beside(device.device, pass_through))
      nodes[{true, node.device}] = device.diskseq;
  }
  return nodes;
}

bool is_sound(const Snapshot& snapshot, std::string_view inspector) {
  const auto report = std::ranges::find(snapshot.inspectors, inspector, &InspectorReport::name);
  return report != snapshot.inspectors.end() && report->health == Health::ok;
}

nlohmann::json to_json(const SealCause& cause) {
  return {{"dataset", printable(cause.dataset)},
          {"service", printable(cause.service)},
          {"path", printable(cause.path)},
          {"state", to_string(cause.state)}};
}

}  // namespace

SealPlan plan_seal(const Snapshot& snapshot, const std::vector<DiskNodes>& pass_through, const Policy& policy,
                   Ledger ledger, Now now) {
  ledger.overrides.clear();
  CheckRequest everything;
  everything.operation = Operation::reinstall;
  everything.whole_host = true;
  const Verdict verdict = decide(snapshot, policy, ledger, everything, now);
  Planner planner(snapshot, pass_through, ledger);
  std::set<std::string> kept;
  for (const Reason& reason : verdict.reasons) {
    if (!is_about_dataset(reason)) continue;
    kept.insert(reason.dataset->id);
    planner.seal(*reason.dataset);
  }
  for (const Lifted& lifted : verdict.lifted) {
    if (!is_about_dataset(lifted.reason) || !kept.insert(lifted.reason.dataset->id).second) continue;
    planner.leave(*lifted.reason.dataset, lifted.by);
  }
  SealPlan plan = planner.take();
  const auto unknown = std::ranges::find(verdict.reasons, Outcome::unknown, &Reason::outcome);
  if (unknown != verdict.reasons.end()) plan.incomplete = unknown->message;
  return plan;
}

SealEntries entries_of(const SealPlan& plan) {
  SealEntries entries;
  for (const SealedDevice& device : plan.devices) entries[device.node] = device.diskseq;
  return entries;
}

SealEntries entries_to_hold(const SealPlan& plan, const SealEntries& present, const Snapshot& snapshot,
                            const std::vector<DiskNodes>& pass_through) {
  SealEntries hold = entries_of(plan);
  if (plan.incomplete.empty()) return hold;
  const bool devices_known = is_sound(snapshot, "storage");
  const SealEntries nodes = nodes_seen(snapshot, pass_through);
  for (const auto& [node, diskseq] : present) {
    const auto seen = nodes.find(node);
    const bool is_same = seen != nodes.end() && seen->second == diskseq;
    if (is_same || !devices_known) hold.emplace(node, diskseq);
  }
  return hold;
}

std::optional<std::vector<DeviceNode>> nodes_of(const Permit& permit, const Snapshot& snapshot,
                                                const std::vector<DiskNodes>& pass_through) {
  if (permit.whole_host) return std::nullopt;
  const StorageGraph graph(snapshot.devices, snapshot.mounts);
  std::vector<DeviceNode> nodes;
  for (const Target& target : permit.targets) {
    if (!target.block_device || !target.device) continue;
    for (const DeviceNumber number : graph.descendants(*target.device)) nodes.push_back({false, number});
    for (const PassThroughNode& node : nodes_beside(*target.device, pass_through)) nodes.push_back({true, node.device});
  }
  return nodes;
}

nlohmann::json to_json(const SealPlan& plan) {
  nlohmann::json devices = nlohmann::json::array();
  for (const SealedDevice& device : plan.devices) {
    nlohmann::json because = nlohmann::json::array();
    for (const SealCause& cause : device.causes) because.push_back(to_json(cause));
    devices.push_back({{"name", printable(device.name)},
                       {"type", device.node.character ? "character" : "block"},
                       {"major", device.node.number.major},
                       {"minor", device.node.number.minor},
                       {"diskseq", device.diskseq},
                       {"denies", device.node.character ? "open" : "write"},
                       {"because", std::move(because)}});
  }
  nlohmann::json not_sealed = nlohmann::json::array();
  for (const NotSealed& one : plan.not_sealed) {
    nlohmann::json entry = to_json(one.cause);
    entry["why"] = printable(one.why);
    not_sealed.push_back(std::move(entry));
  }
  nlohmann::json out{{"devices", std::move(devices)}, {"not_sealed", std::move(not_sealed)}};
  if (!plan.incomplete.empty()) out["incomplete"] = printable(plan.incomplete);
  return out;
}

}  // namespace guardd
