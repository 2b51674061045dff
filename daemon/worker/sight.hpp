// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// What a worker can't see counts against every inspector that it runs: with any problem, each report is failed and
/// names it first.
inline void add_sight_problems(std::vector<InspectorReport>& reports, const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  for (InspectorReport& report : reports) {
    report.health = Health::failed;
    report.problems.insert(report.problems.begin(), problems.begin(), problems.end());
    report.problems.resize(std::min(report.problems.size(), max_inspector_problems));
  }
}

}  // namespace guardd
