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

}  // namespace

void add_glance(Snapshot& snapshot, const ProcessesOutput& seen) {
  add(snapshot.processes, seen.processes);
  add(snapshot.open_files, seen.open_files);
  add(snapshot.open_devices, seen.open_devices);
  add(snapshot.busy_directories, seen.busy_directories);
}

}  // namespace guardd
