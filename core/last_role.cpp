// SPDX-License-Identifier: Apache-2.0
#include "core/last_role.hpp"

#include <algorithm>

namespace guardd {
namespace {

bool has_clients(const Snapshot& snapshot, const Dataset& dataset) {
  return std::ranges::any_of(snapshot.listeners, [&](const ListenerFact& listener) {
    return listener.established > 0 && std::ranges::find(dataset.pids, listener.pid) != dataset.pids.end();
  });
}

/// All that its servers said, and each of them: one that is something else, or does not know, is no replica.
bool is_healthy_replica(const Snapshot& snapshot, const Dataset& dataset) {
  return !dataset.roles.empty() && saw_all(snapshot, {"clients"}) && !has_clients(snapshot, dataset) &&
         std::ranges::all_of(dataset.roles, [](const RoleFact& role) {
           return role.role == Role::replica && role.replication == "running" && role.caught_up.value_or(false) &&
                  role.replicas.value_or(1) == 0;
         });
}

constexpr std::size_t max_holders = 16;

/// Only its working directory is there, or an open directory: a shell, du(1).
bool only_stands_there(const Dataset& dataset, std::int32_t pid) {
  return std::ranges::all_of(dataset.uses, [&](const DirectoryUse& use) {
    return use.pid != pid || use.how == "cwd" || (use.how == "fd" && use.file == dataset.path);
  });
}

/// Who has its data in use; none where one of them can't be told from a later process, or there are more than a server
/// takes.
std::vector<std::string> holders_of(const Snapshot& snapshot, const Dataset& dataset) {
  std::vector<std::string> holders;
  if (dataset.pids.size() > max_holders) return holders;
  for (const std::int32_t pid : dataset.pids) {
    const auto process = std::ranges::find(snapshot.processes, pid, &ProcessFact::pid);
    if (process == snapshot.processes.end() && only_stands_there(dataset, pid)) continue;
    if (process == snapshot.processes.end()) return {};
    holders.push_back(std::to_string(pid) + ":" + std::to_string(process->start_ticks));
  }
  return holders;
}

/// Its servers say nothing now, nobody but them has come since they did, and nobody is connected: what was heard then
/// stands for a while (core/release.cpp says how long), since a server that shuts down answers nobody.
bool has_fallen_silent(const DatasetMemory& memory, const Snapshot& snapshot, const Dataset& dataset) {
  const bool is_same_run = memory.inactive_since_s == 0 && memory.last_active_s > 0 &&
                           memory.boot_id == snapshot.host.boot_id && memory.active_boot_ms > 0;
  if (!is_same_run || !saw_all(snapshot, {"processes", "clients"}) || has_clients(snapshot, dataset)) return false;
  const bool is_silent = std::ranges::all_of(dataset.roles, &RoleFact::silent);
  const std::vector<std::string> holders = holders_of(snapshot, dataset);
  return is_silent && !holders.empty() && std::ranges::all_of(holders, [&](const std::string& holder) {
           return std::ranges::find(memory.holders, holder) != memory.holders.end();
         });
}

}  // namespace

void note_use(DatasetMemory& memory, const Snapshot& snapshot, const Dataset& dataset) {
  if (has_clients(snapshot, dataset)) memory.last_clients_s = snapshot.began_wall_s;
  if (has_fallen_silent(memory, snapshot, dataset)) {
    if (memory.heard_s > 0) return;
    memory.heard_s = memory.last_active_s;
    memory.heard_boot_ms = memory.active_boot_ms;
    return;
  }
  memory.last_role = dataset.role;
  memory.last_replication = dataset.role_detail;
  memory.was_healthy_replica = is_healthy_replica(snapshot, dataset);
  memory.holders = holders_of(snapshot, dataset);
  memory.heard_s = memory.heard_boot_ms = 0;
}

}  // namespace guardd
