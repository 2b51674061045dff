// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/reserve.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace guardd::ledger {

Reserve::Reserve(const std::string& state_directory) {
  const std::string path = state_directory + "/ledger.reserve";
  file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat status {};
  if (!file_ || ::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    file_.reset();
    return;
  }
  // What has no blocks is a hole, and holds no place: st_blocks counts 512 bytes each, stat(3type).
  held_ = std::min<std::int64_t>({status.st_size, std::int64_t{status.st_blocks} * 512, full_bytes});
}

void Reserve::take() {
  if (!file_ || held_ >= full_bytes) return;
  // posix_fallocate(3) takes all of what it is asked for, or fails.
  const auto hold = [&](std::int64_t bytes) {
    if (bytes <= held_ || ::posix_fallocate(file_.get(), 0, bytes) != 0) return false;
    held_ = bytes;
    return true;
  };
  for (std::int64_t bytes = std::exchange(given_up_, 0); bytes > held_ && !hold(bytes);) bytes -= step_bytes;
  struct statvfs space {};
  if (::fstatvfs(file_.get(), &space) != 0) return;
  const auto free_bytes = static_cast<std::int64_t>(space.f_bavail * space.f_frsize);
  if (free_bytes >= full_bytes - held_ + headroom_bytes) hold(full_bytes);
}

bool Reserve::give_up() {
  if (!file_ || held_ == 0) return false;
  given_up_ = std::exchange(held_, 0);
  return ::ftruncate(file_.get(), 0) == 0 && ::fsync(file_.get()) == 0;
}

}  // namespace guardd::ledger
