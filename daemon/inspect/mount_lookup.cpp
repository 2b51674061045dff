// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/mount_lookup.hpp"

#include <string>

#include "daemon/storage/fs_class.hpp"
#include "daemon/storage/mountinfo.hpp"
#include "os/read.hpp"

namespace guardd::walk {
namespace {

/// A hundred thousand mounts with long options.
constexpr std::size_t max_mountinfo_bytes = 64U << 20U;

}  // namespace

Result<MountedOn> MountLookup::find(int process, std::int32_t pid, std::uint64_t mnt_ns, std::int64_t mount_id) {
  Table& table = tables_[mnt_ns];
  if (const auto found = table.find(mount_id); found != table.end()) return found->second;
  if (loaded_pid_ != pid) {
    if (const int error = text_.read_file(process, "mountinfo", max_mountinfo_bytes); error != 0) {
      return os_error(error, "mountinfo");
    }
    const auto mounts = parse_mountinfo(text_.text(), mnt_ns);
    if (!mounts) return mounts.error();
    for (const MountFact& mount : *mounts) {
      table[mount.id] = {mount.device, is_walkable(classify_filesystem(mount.fstype, mount.device))};
    }
    loaded_pid_ = pid;
    if (const auto found = table.find(mount_id); found != table.end()) return found->second;
  }
  return Error{"no_mount", "its mount " + std::to_string(mount_id) + " is not among the mounts of its process"};
}

}  // namespace guardd::walk
