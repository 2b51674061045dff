// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "os/read.hpp"

namespace guardd {

Result<Fd> lock_state(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return os_error(errno, directory);
  const std::string path = directory + "/lock";
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return os_error(errno, path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return os_error(errno, path);
  return Error{"locked",
               "another guardd uses " + directory + "; a second one needs a --state-dir and a --socket of its own"};
}

}  // namespace guardd
