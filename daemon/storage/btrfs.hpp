// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// A mounted btrfs and the kernel names of the block devices that it stands on.
struct BtrfsMembers {
  std::string uuid;
  std::vector<std::string> names;
};

/// All of /sys/fs/btrfs/UUID/devices; Documentation/ABI of the kernel's fs/btrfs/sysfs.c. Empty without btrfs.
std::vector<BtrfsMembers> read_btrfs_members(const HostRoot& root, std::vector<std::string>& problems);

/// One made-up device "btrfs:UUID" for each btrfs in `mounts`: its number is the anonymous one that mountinfo has, its
/// slaves the members. `kernel_name` turns a mount's source, which btrfs writes itself (btrfs_show_devname()), into a
/// kernel name, or "". A btrfs whose members can't be told gets none, and so stays untraceable.
std::vector<BlockDeviceFact> btrfs_devices(const std::vector<MountFact>& mounts,
                                           const std::vector<BtrfsMembers>& members,
                                           const std::function<std::string(const std::string&)>& kernel_name);

}  // namespace guardd
