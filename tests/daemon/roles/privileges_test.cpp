// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>

#include "child_process.hpp"
#include "daemon/roles/privileges.hpp"

namespace {

/// Runs `test` in a process of its own, and gives its result; privileges don't come back.
int in_child(const std::function<int()>& test) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(test());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string status_line(const std::string& status, const std::string& key) {
  const std::size_t begin = status.find("\n" + key + ":");
  if (begin == std::string::npos) return "none";
  const std::size_t value = status.find_first_not_of(" \t", begin + key.size() + 2);
  return status.substr(value, status.find('\n', value) - value);
}

}  // namespace

TEST_CASE("after drop_all_privileges nothing is left of root") {
  REQUIRE(::geteuid() == 0);
  const int failed = in_child([] {
    // Opened first: /proc/self belongs to root once the process can't be dumped.
    const int fd = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (guardd::drop_all_privileges()) return 1;
    char buffer[8192];
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size <= 0) return 2;
    const std::string status(buffer, static_cast<std::size_t>(size));
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      if (status_line(status, set) != "0000000000000000") return 3;
    }
    if (status_line(status, "NoNewPrivs") != "1") return 4;
    if (status_line(status, "Uid") != "65534\t65534\t65534\t65534") return 5;
    if (status_line(status, "Gid") != "65534\t65534\t65534\t65534") return 6;
    if (!status_line(status, "Groups").empty()) return 7;
    if (::open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES) return 8;
    if (::setuid(0) == 0) return 9;
    return 0;
  });
  CHECK(failed == 0);
}

TEST_CASE("dropping twice, or as an ordinary user, is no error") {
  CHECK(in_child([] { return guardd::drop_all_privileges() || guardd::drop_all_privileges() ? 1 : 0; }) == 0);
  CHECK(in_child([] {
          if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 2;
          return guardd::drop_all_privileges() ? 1 : 0;
        }) == 0);
}

TEST_CASE("the limits hold") {
  const int failed = in_child([] {
    if (guardd::set_probe_limits({.cpu_seconds = 2, .descriptors = 8})) return 1;
    if (guardd::drop_all_privileges()) return 2;
    int opened = 0;
    while (::dup(0) >= 0 && opened < 100) ++opened;
    if (opened >= 8) return 3;
    if (::fork() >= 0) return 4;
    return 0;
  });
  CHECK(failed == 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("memory ends at the limit, and not before") {
  const int failed = in_child([] {
    constexpr std::size_t mib = 1024UL * 1024;
    if (guardd::set_probe_limits({.more_address_space_bytes = 64 * mib})) return 1;
    if (::mmap(nullptr, 60 * mib, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return 2;
    if (::mmap(nullptr, 8 * mib, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return 3;
    return 0;
  });
  CHECK(failed == 0);
}
#endif

TEST_CASE("limits above what is allowed already are not raised") {
  CHECK(in_child([] {
          if (guardd::set_probe_limits({.descriptors = 8})) return 1;
          return guardd::set_probe_limits({.descriptors = 16}) ? 2 : 0;
        }) == 0);
}

TEST_CASE("close_all_but closes all but") {
  const int failed = in_child([] {
    int fds[4];
    for (int& fd : fds) fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int keep[] = {fds[3], fds[1]};
    if (guardd::close_all_but(keep)) return 1;
    const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
    if (is_open(fds[0]) || !is_open(fds[1]) || is_open(fds[2]) || !is_open(fds[3])) return 2;
    return is_open(0) == (::fcntl(0, F_GETFD) >= 0) ? 0 : 3;
  });
  CHECK(failed == 0);
}
