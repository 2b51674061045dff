// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/views.hpp"

namespace guardd {

/// A mount through which a filesystem can be looked at.
struct MountInView {
  View* view = nullptr;
  MountFact mount;  ///< a copy: a view may read its mounts anew
};

/// A filesystem that keeps data on this host, however often it is mounted.
struct Superblock {
  DeviceNumber device;
  std::string fstype;
  /// Its mounts, the host's first, those of the largest part of the filesystem first.
  std::vector<MountInView> mounts;
};

/// All filesystems of the given mounts (in order of preference) that are durable (fs_class.hpp), in the order of their
/// first mount.
std::vector<Superblock> durable_superblocks(const std::vector<View*>& views);

/// Those, and what a search must not leave out though it does not last or lies on another filesystem: the host's memory
/// filesystems and, where it is an overlay (a live system, overlayroot, a container that is a host of its own), its
/// root.
std::vector<Superblock> searched_superblocks(const Views& views);

/// The mounts that between them show all of the filesystem that is mounted anywhere: one, where its root directory is;
/// several where only parts are mounted, as with btrfs subvolumes.
std::vector<MountInView> covering_mounts(const Superblock& superblock);

/// Opens the root directory of the mount, or where another mount hides it, of one that shows the same part. "hidden"
/// where all are.
struct OpenMount {
  MountInView where;
  Node root;
};
Result<OpenMount> open_mount(const Superblock& superblock, const MountInView& wanted);

}  // namespace guardd
