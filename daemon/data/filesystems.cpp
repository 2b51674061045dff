// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/filesystems.hpp"

#include "daemon/data/listing.hpp"
#include "daemon/storage/fs_class.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

/// Enough to see past lost+found; a directory that is unlinked by the thousand meanwhile must not keep us.
Known<bool> has_content(const Node& root, std::vector<char>& buffer) {
  if (!root.identity.is_directory()) return true;  // a single file, mounted
  const Result<Fd> fd = open_directory(root);
  if (!fd) return Unknown{fd.error().message};
  Listing listing(fd->get(), buffer);
  Listing::Entry entry;
  while (listing.next(entry)) {
    if (entry.name != "lost+found") return true;
  }
  if (listing.error() != 0) return Unknown{os_error(listing.error(), root.path).message};
  return false;
}

Known<bool> has_content(const Superblock& superblock, std::vector<char>& buffer) {
  if (!is_walkable(classify_filesystem(superblock.fstype, superblock.device))) {
    return Unknown{"a " + superblock.fstype + " filesystem is never entered"};
  }
  Known<bool> answer = false;
  for (const MountInView& mount : covering_mounts(superblock)) {
    const Result<OpenMount> open = open_mount(superblock, mount);
    const Known<bool> one = open ? has_content(open->root, buffer) : Unknown{open.error().message};
    if (one.known() && one.value()) return true;
    if (!one.known()) answer = one;
  }
  return answer;
}

}  // namespace

std::vector<FilesystemFact> filesystem_facts(const std::vector<Superblock>& superblocks) {
  std::vector<FilesystemFact> facts;
  std::vector<char> buffer = Listing::make_buffer();
  for (const Superblock& superblock : superblocks) {
    const MountInView& first = superblock.mounts.front();
    facts.push_back({superblock.device, superblock.fstype, first.view->to_namespace(first.mount.mountpoint),
                     has_content(superblock, buffer)});
  }
  return facts;
}

}  // namespace guardd
