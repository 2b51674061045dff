// SPDX-License-Identifier: Apache-2.0
#include "gate/sight.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/child.hpp"

namespace guardd::gate::test {
namespace {

using guardd::test::Child;

/// A cgroup of its own, where this machine lets a test have one.
class Cgroup {
 public:
  Cgroup() {
    const Result<std::string> root = cgroup2_root();
    if (!root) return;
    path_ = "/guardd-gate-test-" + std::to_string(::getpid());
    directory_ = *root + path_;
    made_ = ::mkdir(directory_.c_str(), 0755) == 0;
  }
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup() { remove(); }

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  void add(pid_t pid) const { std::ofstream(directory_ + "/cgroup.procs") << pid << std::flush; }
  void remove() { made_ = made_ && ::rmdir(directory_.c_str()) != 0; }

 private:
  std::string path_;
  std::string directory_;
  bool made_ = false;
};

TEST_CASE("a process lives until it has ended, reaped or not") {
  Child child;
  const Result<PermitHolder> process = identify(child.pid());
  REQUIRE(process);
  CHECK(process->pid == child.pid());
  CHECK(process_lives(*process));
  child.kill();
  CHECK_FALSE(process_lives(*process));
  child.reap();
  CHECK_FALSE(process_lives(*process));
  const Result<PermitHolder> gone = identify(child.pid());
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == "enoent");
}

TEST_CASE("a process that got a dead one's number is another one") {
  Child child;
  PermitHolder process = identify(child.pid()).value();
  ++process.start_ticks;
  CHECK_FALSE(process_lives(process));
}

/// Its state as proc_pid_stat(5) has it: a program whose name is plain.
std::string state_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  in >> word >> word >> word;
  return word;
}

TEST_CASE("a process whose first thread has ended lives as long as another one") {
  const pid_t child = ::fork();
  if (child == 0) {
    std::thread([] {
      for (;;) ::pause();
    }).detach();
    ::syscall(SYS_exit, 0);  // pthread_exit(3) would unwind into Catch
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (state_of(child) != "Z" && std::chrono::steady_clock::now() < end) ::poll(nullptr, 0, 1);
  CHECK(state_of(child) == "Z");
  const Result<PermitHolder> process = identify(child);
  CHECK((process && process_lives(*process)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK((process && !process_lives(*process)));
}

TEST_CASE("the cgroup of this process is a path in the hierarchy") {
  if (!cgroup2_root()) {
    WARN("no cgroup v2 here: nothing of it is tried");
    return;
  }
  const Result<std::string> own = cgroup2_of(::getpid());
  REQUIRE(own);
  CHECK(own->front() == '/');
  CHECK(cgroup_lives(*own));
  Child child;
  child.reap();
  CHECK_FALSE(cgroup2_of(child.pid()));
}

TEST_CASE("a cgroup lives as long as a process is in it") {
  Cgroup cgroup;
  if (!cgroup.made()) {
    WARN("no cgroup can be made here: nothing of them is tried");
    return;
  }
  CHECK_FALSE(cgroup_lives(cgroup.path()));
  Child child;
  cgroup.add(child.pid());
  CHECK(cgroup2_of(child.pid()).value() == cgroup.path());
  CHECK(cgroup_lives(cgroup.path()));

  Permit permit;
  permit.holder = identify(child.pid()).value();
  permit.has_command = true;
  permit.cgroup = cgroup.path();
  CHECK(see(permit).holder_lives);
  CHECK(see(permit).command_lives);

  child.reap();
  CHECK_FALSE(cgroup_lives(cgroup.path()));
  CHECK_FALSE(see(permit).holder_lives);
  CHECK_FALSE(see(permit).command_lives);
  cgroup.remove();
  CHECK_FALSE(cgroup_lives(cgroup.path()));
}

TEST_CASE("what can't be known of a cgroup is taken for alive") {
  CHECK(cgroup_lives(""));
  CHECK(cgroup_lives("no/path"));
  CHECK(cgroup_lives("/"));
}

}  // namespace
}  // namespace guardd::gate::test
