// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

enum class DatasetState { at_rest, active };

/// A body of data that a service owns.
struct Dataset {
  std::string id;       ///< stable while the directory or process lives: "mysql:STDEV:INODE" or "mysql:pid:PID:START"
  std::string service;
  Role role = Role::unknown;
  std::string role_detail;  ///< why it is unknown, or replication's state
  std::string path;         ///< empty for a memory-only service
  DatasetState state = DatasetState::at_rest;
  bool memory = false;
  std::vector<std::string> devices;  ///< /dev names: of the filesystem, then its ancestors up to whole disks
  bool traceable = false;            ///< false: some device under it is not known; it weighs on every target
  std::vector<DeviceNumber> device_numbers;
  /// Where it lies: (device of the filesystem, path within that filesystem); for path targets. May be empty.
  std::vector<std::pair<DeviceNumber, std::string>> locations;
  std::vector<std::int32_t> pids;
  std::vector<RoleFact> roles;
};

struct Snapshot;

/// Puts the facts together: data directories with who uses them, open data files outside any recognised directory, and
/// running services without a file. A fact belongs to exactly one dataset, or makes one.
std::vector<Dataset> assemble_datasets(const Snapshot& snapshot);

}  // namespace guardd
