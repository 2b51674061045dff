// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/host_mounts.hpp"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>

#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd {

std::optional<Error> join_host_mounts() {
  constexpr const char* host = "/proc/1/ns/mnt";
  const Fd mounts(::open(host, O_RDONLY | O_CLOEXEC));
  if (!mounts) return os_error(errno, host);
  if (::setns(mounts.get(), CLONE_NEWNS) != 0) return os_error(errno, std::string("setns ") + host);
  return std::nullopt;
}

}  // namespace guardd
