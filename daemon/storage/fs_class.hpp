// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/facts.hpp"

namespace guardd {

/// What a filesystem type means for looking into it and for where its data lies.
enum class FsClass {
  block,       ///< on block devices, and the mount's device number is that block device's
  anonymous,   ///< on block devices, under a device number that the kernel made up: btrfs, zfs, bcachefs, ubifs
  overlay,     ///< on other filesystems of this host: overlay, ecryptfs
  memory,      ///< tmpfs, ramfs, rootfs, devtmpfs
  image,       ///< read-only by nature: squashfs, erofs, iso9660
  pseudo,      ///< the kernel's own: proc, sysfs, cgroup
  remote,      ///< another machine or the hypervisor answers: looking can hang
  fuse,        ///< a process answers: looking can hang
  fuse_block,  ///< the same, on a block device of this host
  cluster,     ///< on a block device that other machines write too, behind their locks: looking can hang
  autofs,      ///< looking mounts something
  unknown,     ///< a type without a block device that is not in the list
};

/// By the type's name, as mountinfo has it; a type that is not listed is `block` when the device number is a real one
/// (a major number of 0 is made up by the kernel, Documentation/admin-guide/devices.txt).
FsClass classify_filesystem(std::string_view fstype, DeviceNumber device);

/// May be walked into: only the kernel on this host answers, so that nobody can hold the caller up.
bool is_walkable(FsClass fs_class);

/// Keeps data on this host beyond a reboot.
bool is_durable(FsClass fs_class);

}  // namespace guardd
