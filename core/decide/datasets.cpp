// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/decide/weighing.hpp"

namespace guardd::decide_detail {
namespace {

std::string inspector_of(std::string_view how) {
  if (how == "process" || how == "argument") return "processes";
  return how == "lock" ? "data_directories" : "open_files";
}

std::string exe_of(const Snapshot& snapshot, std::int32_t pid) {
  const auto found = std::ranges::find(snapshot.processes, pid, &ProcessFact::pid);
  if (found == snapshot.processes.end()) return "";
  return found->exe.empty() ? found->comm : found->exe;
}

std::vector<Evidence> evidence_of(const Weighing& weighing, const Dataset& dataset) {
  std::vector<Evidence> evidence;
  for (const DirectoryUse& use : dataset.uses) {
    if (evidence.size() == max_evidence) break;
    Evidence one{.inspector = inspector_of(use.how), .pid = {}, .exe = {}, .file = use.file, .detail = use.how};
    if (use.pid > 0) {
      one.pid = use.pid;
      one.exe = exe_of(weighing.snapshot, use.pid);
    } else {
      one.detail = "locked by a process that guardd can't name";
    }
    evidence.push_back(std::move(one));
  }
  if (evidence.empty()) {
    evidence.push_back(
        {.inspector = "data_directories", .pid = {}, .exe = {}, .file = dataset.path, .detail = "data files"});
  }
  return evidence;
}

/// Whether the targets touch it: by device, by location, by the host's name for it, or by the file of a loop device
/// under it.
bool weighs(const Weighing& weighing, const Dataset& dataset) {
  if (weighing.request.whole_host) return true;
  // What only lives in memory is on no target; a device that it uses directly is open, and so in use.
  if (dataset.memory) return false;
  if (touches(weighing, dataset.device_numbers, dataset.locations, dataset.traceable)) return true;
  return std::ranges::any_of(weighing.target_paths, [&](const Target* target) {
    const bool named = dataset.mnt_ns == weighing.snapshot.host_mnt_ns &&
                       (is_within(dataset.path, target->path) || is_within(target->path, dataset.path));
    return named || std::ranges::any_of(dataset.backing_files,
                                        [&](const std::string& file) { return is_within(file, target->path); });
  });
}

Reason about(const Weighing& weighing, const Dataset& dataset, std::string message) {
  Reason reason;
  reason.message = std::move(message);
  reason.dataset = dataset;
  reason.evidence = evidence_of(weighing, dataset);
  return reason;
}

void weigh_state(Weighing& weighing, const Dataset& dataset) {
  const bool active = dataset.state == DatasetState::active;
  const std::string message = describe(dataset) + (active ? " is in use" : ": data at rest that nobody has released");
  weighing.refuse_by_rule(active ? "dataset.active" : "dataset.at_rest", dataset.service,
                          about(weighing, dataset, message));
}

void weigh_role(Weighing& weighing, const Dataset& dataset) {
  if (dataset.state != DatasetState::active) return;
  if (dataset.role == Role::primary || dataset.role == Role::group_member) {
    weighing.refuse_by_rule("role.primary", dataset.service,
                            about(weighing, dataset, describe(dataset) + " takes the writes of others"));
  }
  if (dataset.role == Role::unknown) {
    weighing.refuse_by_rule("role.unknown", dataset.service,
                            about(weighing, dataset,
                                  describe(dataset) + " runs, and its role is not known (" + dataset.role_detail +
                                      "): it may be a primary"));
  }
  for (const RoleFact& role : dataset.roles) {
    if (role.replicas.value_or(0) == 0) continue;
    weighing.refuse_by_rule(
        "replicas.attached", dataset.service,
        about(weighing, dataset,
              describe(dataset) + " has " + std::to_string(role.replicas.value()) + " replica(s) attached"));
  }
}

void weigh_clients(Weighing& weighing, const Dataset& dataset) {
  for (const ListenerFact& listener : weighing.snapshot.listeners) {
    if (listener.established == 0 || std::ranges::find(dataset.pids, listener.pid) == dataset.pids.end()) continue;
    Reason reason = about(weighing, dataset,
                          describe(dataset) + " has " + std::to_string(listener.established) +
                              " client connection(s) on port " + std::to_string(listener.port));
    reason.evidence.clear();
    for (const std::string& peer : listener.peers) {
      reason.evidence.push_back(
          {.inspector = "clients", .pid = listener.pid, .exe = {}, .file = {}, .detail = "from " + peer});
    }
    weighing.refuse_by_rule("clients.connected", dataset.service, reason);
  }
}

}  // namespace

std::string describe(const Dataset& dataset) {
  std::string text = dataset.service;
  if (dataset.role != Role::unknown) text += " " + std::string(to_string(dataset.role));
  text += dataset.path.empty() ? " in memory" : " at " + dataset.path;
  return text;
}

void weigh_datasets(Weighing& weighing) {
  for (const Dataset& dataset : weighing.datasets) {
    if (!weighs(weighing, dataset)) continue;
    weigh_state(weighing, dataset);
    weigh_role(weighing, dataset);
    weigh_clients(weighing, dataset);
  }
}

}  // namespace guardd::decide_detail
