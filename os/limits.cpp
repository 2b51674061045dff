// SPDX-License-Identifier: Apache-2.0
#include "os/limits.hpp"

#include <algorithm>
#include <cerrno>

#include "os/read.hpp"

namespace guardd {

std::optional<Error> lower_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limits{};
  if (::getrlimit(resource, &limits) != 0) return os_error(errno, "getrlimit");
  limits.rlim_max = std::min(limits.rlim_max, value);
  limits.rlim_cur = std::min(limits.rlim_cur, limits.rlim_max);
  if (::setrlimit(resource, &limits) != 0) return os_error(errno, "setrlimit");
  return std::nullopt;
}

}  // namespace guardd
