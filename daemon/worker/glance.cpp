// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/glance.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace guardd {
namespace {

auto key(const ProcessFact& fact) { return std::tuple(fact.pid, fact.start_ticks); }
auto key(const OpenFileFact& fact) { return std::tie(fact.pid, fact.path, fact.how, fact.writable); }
auto key(const OpenDeviceFact& fact) { return std::tuple(fact.pid, fact.device, fact.writable); }
auto key(const DirectoryUse& fact) { return std::tie(fact.pid, fact.how, fact.file); }
auto key(const BusyDirectory& fact) { return std::tie(fact.mnt_ns, fact.path, fact.pid, fact.cwd); }

/// The newer fact takes the place of the one that is about the same.
template <typename Fact>
void add(std::vector<Fact>& facts, const std::vector<Fact>& seen) {
  for (const Fact& one : seen) {
    const auto known = std::ranges::find_if(facts, [&](const Fact& fact) { return key(fact) == key(one); });
    if (known == facts.end()) {
      facts.push_back(one);
    } else {
      *known = one;
    }
  }
}

/// By names alone, as the look knew them: what a name leads to by links or mounts is for the next look.
void add_uses(std::vector<DataDirectoryFact>& directories, const ProcessFact& process) {
  for (DataDirectoryFact& directory : directories) {
    if (directory.service != process.service || directory.mnt_ns != process.ns.mnt) continue;
    std::vector<DirectoryUse> uses;
    if (std::ranges::find(process.data_paths, directory.path) != process.data_paths.end()) {
      uses.push_back({process.pid, "argument", directory.path});
    }
    if (process.cwd == directory.path) uses.push_back({process.pid, "cwd", process.cwd});
    add(directory.uses, uses);
  }
}

}  // namespace

void add_glance(Snapshot& snapshot, const ProcessesOutput& seen) {
  add(snapshot.processes, seen.processes);
  add(snapshot.open_files, seen.open_files);
  add(snapshot.open_devices, seen.open_devices);
  add(snapshot.busy_directories, seen.busy_directories);
  for (const ProcessFact& process : seen.processes) {
    if (!process.service.empty()) add_uses(snapshot.directories, process);
  }
}

std::vector<std::int32_t> without_data(const Snapshot& snapshot, const ProcessesOutput& seen) {
  std::vector<std::int32_t> pids;
  for (const ProcessFact& process : seen.processes) {
    const auto is_its = [&](const auto& fact) { return fact.pid == process.pid; };
    const auto is_used = [&](const DataDirectoryFact& directory) {
      return std::ranges::any_of(directory.uses, is_its);
    };
    if (process.service.empty() || std::ranges::any_of(snapshot.open_files, is_its)) continue;
    if (std::ranges::none_of(snapshot.directories, is_used)) pids.push_back(process.pid);
  }
  return pids;
}

}  // namespace guardd
