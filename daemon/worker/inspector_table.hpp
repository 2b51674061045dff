// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace guardd {

/// One thing that a worker can be asked to run: JSON in, JSON out. What it throws is reported as its failure.
struct InspectorEntry {
  std::string_view name;  ///< at most 31 bytes
  nlohmann::json (*run)(const nlohmann::json& input);
};
using InspectorTable = std::span<const InspectorEntry>;

/// guardd's own: "processes", "boot", "storage", "signatures", "data", "memory", "clients", "claims", "targets",
/// "role", "approval", "unit_states" and "start_units" (library guardd_inspector_table).
InspectorTable inspector_table();

/// What the fork server does once for all workers: loads the iterator over open descriptors. The descriptor that they
/// are to inherit, or -1; where it can't be had, the workers know why.
int prepare_inspectors();

}  // namespace guardd
