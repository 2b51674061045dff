// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/node.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr int open_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Result<Fd> open_at(int directory, const char* name, int flags, const std::string& path) {
  // O_NOATIME is for the owner and CAP_FOWNER alone.
  int fd = ::openat(directory, name, flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::openat(directory, name, flags);
  if (fd < 0) return os_error(errno, path);
  return Fd(fd);
}

}  // namespace

bool Identity::is_directory() const { return S_ISDIR(mode); }
bool Identity::is_regular() const { return S_ISREG(mode); }
bool Identity::is_symlink() const { return S_ISLNK(mode); }

Result<Identity> identify(int fd) {
  struct statx status {};
  constexpr unsigned wanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_MTIME | STATX_BTIME | STATX_MNT_ID;
  // AT_STATX_DONT_SYNC: what the kernel remembers will do, so that no server or FUSE process is asked.
  if (::statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, wanted, &status) != 0) {
    return os_error(errno, "statx");
  }
  if ((status.stx_mask & STATX_MNT_ID) == 0)
    return Error{"no_mount_id", "the kernel tells no mount id (needs Linux 5.8)"};
  Identity identity;
  identity.mode = status.stx_mode;
  identity.device = makedev(status.stx_dev_major, status.stx_dev_minor);
  identity.inode = status.stx_ino;
  identity.mount_id = static_cast<std::int64_t>(status.stx_mnt_id);
  identity.mtime_s = status.stx_mtime.tv_sec;
  if ((status.stx_mask & STATX_BTIME) != 0) {
    identity.birth_ns = status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec;
  }
  return identity;
}

Result<Fd> open_directory(const Node& node) {
  if (!node.identity.is_directory()) return Error{"enotdir", node.path + ": Not a directory"};
  return open_at(node.fd.get(), ".", open_flags | O_DIRECTORY, node.path);
}

Result<Fd> open_regular(const Node& node) {
  if (!node.identity.is_regular()) return Error{"not_regular", node.path + ": not a regular file"};
  const std::string link = "/proc/self/fd/" + std::to_string(node.fd.get());
  return open_at(AT_FDCWD, link.c_str(), open_flags, node.path);
}

}  // namespace guardd
