// SPDX-License-Identifier: Apache-2.0
#include "os/limits.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

/// Lowers a limit in a process of its own; what it is there afterwards, 255 where that failed.
int lowered_twice(rlim_t first, rlim_t second) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit limits{};
    if (lower_limit(RLIMIT_NOFILE, first) || lower_limit(RLIMIT_NOFILE, second)) ::_exit(255);
    ::getrlimit(RLIMIT_NOFILE, &limits);
    ::_exit(limits.rlim_cur == limits.rlim_max ? static_cast<int>(limits.rlim_cur) : 255);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace

TEST_CASE("a limit is lowered, soft and hard, and never raised") {
  CHECK(lowered_twice(100, 50) == 50);
  CHECK(lowered_twice(50, 100) == 50);
  CHECK(lowered_twice(100, RLIM_INFINITY) == 100);
}
