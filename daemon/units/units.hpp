// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace guardd {

struct HostRoot;

/// Units of systemd's that a permit has to do with.
struct UnitsInput {
  std::vector<std::string> units;
  std::int64_t timeout_ms = 1000;  ///< for all of them
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(UnitsInput, units, timeout_ms)

/// One unit's ActiveState, org.freedesktop.systemd1(5): "activating" while it starts. "inactive" also where there is
/// no such unit. Empty where there is no systemd, or no answer; `problem` then says which.
struct UnitState {
  std::string unit;
  std::string active;
  std::string problem;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(UnitState, unit, active, problem)

struct UnitsOutput {
  std::vector<UnitState> units;  ///< as they were asked for
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(UnitsOutput, units)

UnitsOutput read_unit_states(const UnitsInput& input, const HostRoot& root);

/// Starts those that have failed, as their gate made them; the others are running, or somebody stopped them since. A
/// start that could not be asked for is a `problem`.
UnitsOutput start_failed_units(const UnitsInput& input, const HostRoot& root);

}  // namespace guardd
