// SPDX-License-Identifier: Apache-2.0
// The sources themselves, with a real kernel.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "daemon/kernel_events/device_events.hpp"
#include "daemon/kernel_events/polled_file.hpp"
#include "daemon/kernel_events/proc_connector.hpp"
#include "daemon/kernel_events/process_ends.hpp"
#include "tests/child.hpp"
#include "tests/loop_device.hpp"
#include "tests/temporary_directory.hpp"

using namespace guardd;
using guardd::test::Child;
using guardd::test::Loop;
using guardd::test::TemporaryDirectory;

namespace {

/// Whether this machine has the proc connector; says so where it has not.
bool tells(const ProcConnector& connector) {
  if (connector.problem().empty()) return true;
  WARN("SKIP: needs the first pid, user and network namespaces and CAP_NET_ADMIN: " + connector.problem());
  return false;
}

pid_t run_program(const char* program) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(program, program, nullptr);
    ::_exit(127);
  }
  ::waitpid(child, nullptr, 0);
  return child;
}

/// Until it tells, for a while: messages of devices come from the kernel's own threads.
bool hears_change(EventSource& source) {
  Heard heard;
  pollfd one{source.descriptor(), static_cast<short>(source.is_exceptional() ? POLLPRI : POLLIN), 0};
  for (int i = 0; i < 100 && !heard.changed; ++i) {
    source.drain(heard);
    if (!heard.changed && ::poll(&one, 1, 100) > 0 && source.is_exceptional()) heard.changed = true;
  }
  return heard.changed;
}

}  // namespace

TEST_CASE("the proc connector tells of a program before its start has returned, and not of forks and ends") {
  ProcConnector connector;
  if (!tells(connector)) return;
  Heard heard;
  const pid_t child = run_program("/bin/true");
  connector.drain(heard);
  CHECK(std::ranges::count(heard.programs, child) == 1);

  Heard quiet;
  pid_t forked = 0;
  {
    const Child quiet_child;
    forked = quiet_child.pid();
  }
  connector.drain(quiet);
  CHECK(std::ranges::count(quiet.programs, forked) == 0);
}

TEST_CASE("the proc connector proves itself by what guardd does") {
  ProcConnector connector;
  if (!tells(connector)) return;
  Heard heard;
  connector.prove(heard);
  CHECK(connector.problem().empty());
  CHECK_FALSE(heard.lost);
}

TEST_CASE("what was told while the proc connector was out of order is lost") {
  ProcConnector connector;
  if (!tells(connector)) return;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(::dup3(nothing, connector.descriptor(), O_CLOEXEC) >= 0);
  ::close(nothing);
  Heard heard;
  connector.drain(heard);
  CHECK_FALSE(connector.problem().empty());
  run_program("/bin/true");
  connector.prove(heard);
  CHECK(connector.problem().empty());
  CHECK(heard.lost);
}

TEST_CASE("messages that could not be kept are said to be lost, once") {
  ProcConnector connector;
  if (!tells(connector)) return;
  constexpr int smallest = 1;
  REQUIRE(::setsockopt(connector.descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &smallest, sizeof(smallest)) == 0);
  for (int i = 0; i < 32; ++i) run_program("/bin/true");
  Heard heard;
  connector.drain(heard);
  CHECK(heard.lost);
  CHECK(connector.problem().empty());
}

TEST_CASE("in a pid namespace of its own the proc connector is not taken for one that tells") {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWPID) != 0) ::_exit(2);
    const pid_t inside = ::fork();
    if (inside == 0) ::_exit(ProcConnector().problem().empty() ? 1 : 0);
    int status = 0;
    ::waitpid(inside, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 2) {
    WARN("SKIP: needs CAP_SYS_ADMIN for a pid namespace");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a mount is told") {
  if (::unshare(CLONE_NEWNS) != 0) {
    WARN("SKIP: needs CAP_SYS_ADMIN for a mount namespace");
    return;
  }
  REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
  const TemporaryDirectory place;
  PolledFile mounts("mounts", "/proc/self/mountinfo");
  REQUIRE(mounts.problem().empty());
  Heard quiet;
  mounts.drain(quiet);
  CHECK_FALSE(quiet.any());
  REQUIRE(::mount("none", place.path().c_str(), "tmpfs", 0, nullptr) == 0);
  CHECK(hears_change(mounts));
  Heard again;
  mounts.drain(again);
  CHECK_FALSE(again.any());
  REQUIRE(::umount(place.path().c_str()) == 0);
  CHECK(hears_change(mounts));
}

TEST_CASE("a file that can't be opened is a source that does not tell, until it can be") {
  const TemporaryDirectory place;
  const std::string path = place.at("file");
  PolledFile missing("mounts", path);
  CHECK_FALSE(missing.problem().empty());
  CHECK(missing.descriptor() == -1);
  Heard heard;
  missing.drain(heard);
  CHECK_FALSE(heard.any());
  place.file("file");
  missing.prove(heard);
  CHECK(missing.problem().empty());
  CHECK(heard.lost);
}

TEST_CASE("a block device that changes is told") {
  DeviceEvents devices;
  REQUIRE(devices.problem().empty());
  const Loop loop(1024 * 1024);
  if (loop.name.empty()) return;  // it has said so
  CHECK(hears_change(devices));
}

TEST_CASE("the end of a followed process is told, another's is not") {
  Child followed;
  Child other;
  ProcessEnds ends;
  ends.follow({followed.pid()});
  Heard heard;
  other.reap();
  ends.drain(heard);
  CHECK_FALSE(heard.any());
  followed.reap();
  CHECK(hears_change(ends));
  Heard again;
  ends.drain(again);
  CHECK_FALSE(again.any());
}

TEST_CASE("a process that ended before it was followed is told too, and one that is not followed any more is not") {
  Child child;
  ProcessEnds ends;
  ends.follow({child.pid()});
  ends.follow({});
  child.reap();
  Heard heard;
  ends.drain(heard);
  CHECK_FALSE(heard.any());
  ends.follow({child.pid()});
  ends.drain(heard);
  CHECK(heard.changed);
}

TEST_CASE("more processes than are followed are a source that does not tell of all") {
  std::vector<std::unique_ptr<Child>> children;
  std::vector<std::int32_t> pids;
  for (std::size_t i = 0; i < max_followed; ++i) {
    children.push_back(std::make_unique<Child>());
    pids.push_back(children.back()->pid());
  }
  ProcessEnds ends;
  ends.follow(pids);
  CHECK(ends.problem().empty());
  pids.push_back(::getpid());
  ends.follow(pids);
  CHECK_FALSE(ends.problem().empty());
  pids.pop_back();
  ends.follow(pids);
  CHECK(ends.problem().empty());
}
