// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include <cerrno>

#include "daemon/seal/attach.hpp"
#include "os/read.hpp"

namespace guardd::seal {

Result<Fd> cgroup_root_of_ones_own() {
  const Fd filesystem(::fsopen("cgroup2", FSOPEN_CLOEXEC));
  if (!filesystem) return os_error(errno, "fsopen cgroup2");
  if (::fsconfig(filesystem.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    return os_error(errno, "fsconfig cgroup2");
  }
  Fd root(::fsmount(filesystem.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  if (!root) return os_error(errno, "fsmount cgroup2");
  return root;
}

Result<CgroupRoot> cgroup_root() {
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs filesystem {};
    if (::statfs(root, &filesystem) == 0 && filesystem.f_type == CGROUP2_SUPER_MAGIC) return CgroupRoot{root, Fd()};
  }
  Result<Fd> own = cgroup_root_of_ones_own();
  if (!own) {
    return Error{"no_cgroup2",
                 "not sealed: no cgroup v2 hierarchy is mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified, and the "
                 "seal is a program on its root; guardd can't mount one for itself (" +
                     own.error().message + "). Boot with systemd.unified_cgroup_hierarchy=1, or mount one there"};
  }
  std::string path = "/proc/self/fd/" + std::to_string(own->get());
  return CgroupRoot{std::move(path), std::move(*own)};
}

}  // namespace guardd::seal
