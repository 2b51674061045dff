// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/locate.hpp"
#include "core/storage_graph.hpp"

namespace guardd {

/// What lies under one place.
struct Trace {
  std::vector<DeviceNumber> devices;  ///< block devices: the filesystem's, then its ancestors
  bool traceable = true;
  std::vector<FsLocation> locations;
};

/// From a path in a mount namespace, and the device that mountinfo gave for it, down to the disks. Memory filesystems
/// have none and are traceable; a filesystem without a known block device (ZFS, a detached mount) is not.
Trace trace_place(const StorageGraph& graph, const MountIndex& mounts, std::uint64_t mnt_ns, std::uint64_t host_mnt_ns,
                  std::string_view path, const Known<DeviceNumber>& device);

/// Adds what `more` has and `trace` lacks.
void unite(Trace& trace, const Trace& more);

}  // namespace guardd
