// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/locate.hpp"
#include "core/storage_graph.hpp"

namespace guardd {

struct Snapshot;

enum class DatasetState {
  at_rest,
  active,
  remembered,  ///< seen earlier, its filesystem not mounted now
};

std::string_view to_string(DatasetState state);
std::string_view to_string(Role role);

/// A body of data that a service owns.
struct Dataset {
  /// dataset_id() where its directory is known; else stable while it lives: "mysql:files:NS:PATH",
  /// "redis:pid:PID:START"
  std::string id;
  std::string service;
  Role role = Role::unknown;
  std::string role_detail;   ///< why the role is unknown, or the replication's state
  std::string path;          ///< empty for a service that only lives in memory
  std::uint64_t mnt_ns = 0;  ///< the mount namespace that path belongs to
  DatasetState state = DatasetState::at_rest;
  bool memory = false;  ///< a running service of which no file was found

  /// The block devices whose loss would lose it: that of its filesystem first, then their ancestors.
  std::vector<DeviceNumber> device_numbers;
  std::vector<std::string> devices;  ///< the same as /dev names
  bool traceable = true;             ///< false: some device under it is not known, so it weighs on every target
  std::vector<FsLocation> locations;
  std::vector<std::string> backing_files;  ///< of loop devices under it

  std::vector<DirectoryUse> uses;              ///< who has it in use, and how
  std::vector<std::int32_t> pids;              ///< the same processes, each once, ascending
  std::vector<RoleFact> roles;                 ///< what its servers said
  std::optional<DataDirectoryFact> directory;  ///< none of loose files and of what lives in memory
};

/// Puts the facts together: data directories with who uses them, open data files outside any recognised directory, and
/// running services without a file. Every fact that tells of data ends up in a dataset.
std::vector<Dataset> assemble_datasets(const Snapshot& snapshot);

}  // namespace guardd
