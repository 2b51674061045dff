// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

struct BackingFile {
  std::uint64_t st_dev = 0;  ///< as fstat(2) has it
  std::uint64_t inode = 0;
  std::uint64_t st_rdev = 0;  ///< of the block device that it is; 0: a regular file
  [[nodiscard]] DeviceNumber device() const;
  [[nodiscard]] DeviceNumber block_device() const;
};

/// The file under a loop device, by LOOP_GET_STATUS64, loop(4). Unlike the path in sysfs, which is as seen by
/// whoever attached it, it does not depend on mount namespaces. Nothing where the device can't be asked.
std::optional<BackingFile> read_backing_file(const BlockDeviceFact& loop, const HostRoot& root);

/// The device numbers, as mountinfo has them, of the filesystems that a file may lie on, given its st_dev where known
/// and its path in PID 1's mount namespace. A real st_dev is the answer. A made-up one: that of a mounted filesystem,
/// an overlay's upper directory, or a btrfs subvolume, and where it can't be told which btrfs, all of them. Empty:
/// can't be traced.
std::vector<DeviceNumber> trace_file(std::string_view path, std::optional<DeviceNumber> st_dev,
                                     const std::vector<MountFact>& mounts, std::uint64_t host_mnt_ns);

}  // namespace guardd
