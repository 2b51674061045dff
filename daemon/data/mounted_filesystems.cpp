// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/mounted_filesystems.hpp"

#include <utility>

#include "daemon/data/superblocks.hpp"
#include "daemon/storage/filesystem_uuid.hpp"
#include "daemon/storage/fs_class.hpp"

namespace guardd {
namespace {

Result<Fd> open_any_directory(const Superblock& superblock) {
  Error last{"hidden", "no mount of it can be entered"};
  if (!is_walkable(classify_filesystem(superblock.fstype, superblock.device))) return last;
  for (const MountInView& mount : superblock.mounts) {
    const Result<OpenMount> open = open_mount(superblock, mount);
    if (!open) {
      last = open.error();
      continue;
    }
    // A single file that is mounted is no directory, and its handle serves as well.
    Result<Fd> fd = open->root.identity.is_directory() ? open_directory(open->root) : open_regular(open->root);
    if (fd) return fd;
    last = fd.error();
  }
  return last;
}

}  // namespace

std::vector<MountedFilesystem> mounted_filesystems(const Views& views, const HostRoot& host) {
  std::vector<MountedFilesystem> filesystems;
  for (const Superblock& superblock : durable_superblocks(views.namespaces())) {
    MountedFilesystem one{superblock.device, superblock.fstype, {}, {}, {}};
    Result<Fd> fd = open_any_directory(superblock);
    if (fd) {
      one.root = std::move(fd).value();
    } else {
      one.why = fd.error().message;
    }
    one.uuid = filesystem_uuid(one.root.get(), superblock.device, host);
    filesystems.push_back(std::move(one));
  }
  return filesystems;
}

}  // namespace guardd
