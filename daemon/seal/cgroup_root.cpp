// SPDX-License-Identifier: Apache-2.0
#include <linux/magic.h>
#include <sys/vfs.h>

#include "daemon/seal/attach.hpp"

namespace guardd::seal {

Result<std::string> cgroup_root() {
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs filesystem {};
    if (::statfs(root, &filesystem) == 0 && filesystem.f_type == CGROUP2_SUPER_MAGIC) return std::string(root);
  }
  return Error{
      "no_cgroup2",
      "not sealed: no cgroup v2 hierarchy is mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified, and the seal is a "
      "program on its root; boot with systemd.unified_cgroup_hierarchy=1, or mount one there"};
}

}  // namespace guardd::seal
