// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/facts.hpp"
#include "os/clock.hpp"

namespace guardd {

/// Adds a problem unless there are max_inspector_problems of them already.
inline void add_problem(std::vector<std::string>& problems, std::string problem) {
  if (problems.size() < max_inspector_problems) problems.push_back(std::move(problem));
}

/// The report of an inspector that began at `start_us` (monotonic_now_us): ok when there is no problem, degraded
/// otherwise; with the first max_inspector_problems of them.
inline InspectorReport make_report(std::string name, std::vector<std::string> problems, std::int64_t start_us) {
  InspectorReport report;
  report.name = std::move(name);
  report.health = problems.empty() ? Health::ok : Health::degraded;
  problems.resize(std::min(problems.size(), max_inspector_problems));
  report.problems = std::move(problems);
  report.duration_us = monotonic_now_us() - start_us;
  return report;
}

}  // namespace guardd
