// SPDX-License-Identifier: Apache-2.0
#include "gate/lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd::gate {
namespace {

/// flock(2) can't wait for a while; nobody has the lock for longer than a few file operations.
constexpr int pause_ms = 5;

/// Made where it is missing. Whatever else stands there is not waited for: O_NONBLOCK, and no link is followed.
Result<Fd> open_lock(const Places& places) {
  if (::mkdir(places.run.c_str(), 0755) != 0 && errno != EEXIST) return os_error(errno, places.run);
  const std::string path = places.lock();
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600));
  if (!lock) return os_error(errno, path);
  struct stat found {};
  if (::fstat(lock.get(), &found) != 0) return os_error(errno, path);
  if (!S_ISREG(found.st_mode)) return Error{"not_a_file", path + ": no regular file"};
  if (found.st_uid != 0 && found.st_uid != ::geteuid())
    return Error{"foreign", path + ": made by uid " + std::to_string(found.st_uid) + ", not by root"};
  if (::fchmod(lock.get(), 0600) != 0) return os_error(errno, path);
  return lock;
}

/// The directory may have been removed and made anew since it was opened: then others lock another file.
bool still_there(const Fd& lock, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(lock.get(), &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

Result<Fd> take_lock(const Places& places, std::chrono::milliseconds patience) {
  const std::int64_t end_us = monotonic_now_us() + std::chrono::microseconds(patience).count();
  for (;;) {
    Result<Fd> lock = open_lock(places);
    if (!lock) return lock;
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) {
      if (still_there(*lock, places.lock())) return lock;
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
      return os_error(errno, places.lock());
    }
    if (monotonic_now_us() >= end_us) return Error{"late", places.lock() + ": somebody else had it all the time"};
    ::poll(nullptr, 0, pause_ms);
  }
}

}  // namespace guardd::gate
