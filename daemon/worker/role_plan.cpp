// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/role_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "daemon/worker/look.hpp"

namespace guardd {

RolePlan plan_roles(const Snapshot& snapshot, const std::vector<Recognition>& recognitions) {
  std::map<std::string, std::string> probes;
  for (const Recognition& recognition : recognitions) {
    if (!recognition.role_probe.empty()) probes[recognition.service] = recognition.role_probe;
  }
  std::set<std::int32_t> holders;
  for (const OpenFileFact& file : snapshot.open_files) holders.insert(file.pid);

  std::vector<const ProcessFact*> servers;
  for (const ProcessFact& process : snapshot.processes) {
    if (process.matched_by == "executable" && probes.contains(process.service)) servers.push_back(&process);
  }
  const auto rank = [&](const ProcessFact* process) {
    return std::tuple(process->contained, !holders.contains(process->pid), process->start_ticks, process->pid);
  };
  std::sort(servers.begin(), servers.end(),
            [&](const ProcessFact* left, const ProcessFact* right) { return rank(left) < rank(right); });

  RolePlan plan;
  for (const ProcessFact* process : servers) {
    if (plan.ask.size() < max_role_probes) {
      plan.ask.push_back({.process = *process, .probe = probes[process->service], .credentials_file = {}});
    } else {
      RoleFact fact;
      fact.pid = process->pid;
      fact.service = process->service;
      fact.why_unknown = "too many servers to ask them all";
      plan.not_asked.push_back(std::move(fact));
    }
  }
  return plan;
}

}  // namespace guardd
