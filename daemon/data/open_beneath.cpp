// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/open_beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace guardd {

Fd open_beneath(int root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOATIME;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  long fd = ::syscall(SYS_openat2, root, name, &how, sizeof how);
  if (fd < 0 && errno == EPERM) {  // O_NOATIME is for the owner and CAP_FOWNER alone
    how.flags &= ~static_cast<std::uint64_t>(O_NOATIME);
    fd = ::syscall(SYS_openat2, root, name, &how, sizeof how);
  }
  return Fd(static_cast<int>(fd));
}

bool is_passing(int error) {
  return error == ENOENT || error == ENOTDIR || error == EXDEV || error == ELOOP || error == ENAMETOOLONG ||
         error == EAGAIN;
}

}  // namespace guardd
