// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// Everything the inspectors saw in one look. Immutable once made; numbered.
struct Snapshot {
  std::uint64_t generation = 0;
  std::int64_t began_boot_ms = 0;  ///< CLOCK_BOOTTIME at the start of the look, milliseconds
  std::int64_t began_wall_s = 0;   ///< CLOCK_REALTIME at the start of the look, seconds since the epoch
  std::uint64_t host_mnt_ns = 0;   ///< inode of PID 1's mount namespace: the host's view of paths; 0 when unread

  HostFact host;
  BootFact boot;
  std::vector<ProcessFact> processes;
  std::vector<OpenFileFact> open_files;
  std::vector<OpenDeviceFact> open_devices;
  std::vector<BusyDirectory> busy_directories;
  bool busy_directories_complete = false;  ///< false when there were more than the bound
  std::vector<MountFact> mounts;
  std::vector<FilesystemFact> filesystems;
  std::vector<BlockDeviceFact> devices;
  std::vector<DeviceClaimFact> claims;       ///< of targets that were asked about; never part of a shared look
  std::vector<TargetLookFact> target_looks;  ///< at the paths of a wipe; never part of a shared look
  std::vector<SignatureFact> signatures;
  std::vector<DataDirectoryFact> directories;
  std::vector<MemoryFact> memories;
  std::vector<ListenerFact> listeners;
  std::vector<RoleFact> roles;

  std::vector<InspectorReport> inspectors;
  std::vector<EventSourceReport> event_sources;
  ScanFact scan;
};

/// Whether each of these inspectors reported, and saw all that it should.
inline bool saw_all(const Snapshot& snapshot, std::initializer_list<std::string_view> inspectors) {
  return std::ranges::all_of(inspectors, [&](std::string_view name) {
    const auto report = std::ranges::find(snapshot.inspectors, name, &InspectorReport::name);
    return report != snapshot.inspectors.end() && report->health == Health::ok;
  });
}

}  // namespace guardd
