// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/findings.hpp"

#include <cstring>
#include <unordered_set>

namespace guardd::walk {
void replace_facts(std::array<Findings*, 2> earlier, Findings again) {
  std::unordered_set<std::int32_t> pids;
  for (const ProcessFact& process : again.processes) pids.insert(process.pid);
  const auto is_replaced = [&pids](const auto& fact) { return pids.contains(fact.pid); };
  for (Findings* findings : earlier) {
    std::erase_if(findings->processes, is_replaced);
    std::erase_if(findings->open_files, is_replaced);
    std::erase_if(findings->open_devices, is_replaced);
  }
  Findings& to = *earlier[0];
  move_to_end(to.processes, std::move(again.processes));
  move_to_end(to.open_files, std::move(again.open_files));
  move_to_end(to.open_devices, std::move(again.open_devices));
  move_to_end(to.process_problems, std::move(again.process_problems));
  move_to_end(to.file_problems, std::move(again.file_problems));
  to.busy.merge(again.busy);
}

void Trouble::note(std::string& place, std::string_view what, int error) {
  if (!place.empty()) return;
  place = what;
  if (error == 0) return;
  const char* why = strerrordesc_np(error);
  place.append(": ").append(why != nullptr ? why : "unknown error");
}

}  // namespace guardd::walk
