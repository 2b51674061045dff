// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/namespaces.hpp"
#include "daemon/inspect/report.hpp"
#include "tests/daemon/inspect/fake_proc.hpp"

using namespace guardd;
using guardd::test::FakeProc;

namespace {

/// A /proc in which all is well.
class SightProc : public FakeProc {
 public:
  SightProc() {
    const std::string own = std::to_string(::getpid());
    link("self", own);
    namespaces(own, 100);
    namespaces("1", 100);
    file(own + "/exe", "guardd");
    file("1/exe", "init");
    capabilities("000001ffffffffff");
  }
  void capabilities(const std::string& effective) const {
    file("self/status", "Name:\tguardd\nUid:\t0\t0\t0\t0\nCapEff:\t" + effective + "\n");
  }
  [[nodiscard]] std::vector<std::string> problems() const {
    HostRoot host;
    host.proc = root();
    return sight_problems(host);
  }
};

}  // namespace

TEST_CASE("the same namespaces as PID 1 and every capability: nothing is hidden") {
  CHECK(SightProc().problems() == std::vector<std::string>{});
}

TEST_CASE("each namespace of its own is a problem") {
  for (const std::string kind : {"pid", "user", "net", "mnt", "time"}) {
    CAPTURE(kind);
    const SightProc proc;
    proc.link("1/ns/" + kind, kind + ":[7]");
    const auto problems = proc.problems();
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].find("namespace of its own") != std::string::npos);
  }
}

TEST_CASE("namespaces of PID 1 that can't be read, or read strangely, are a problem") {
  const SightProc proc;
  proc.remove("1/ns/user");
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("cannot tell the namespaces of PID 1") == 0);
  proc.link("1/ns/user", "user:[]");
  CHECK(proc.problems().size() == 1);
}

TEST_CASE("a kernel without time namespaces hides nothing by that") {
  const SightProc proc;
  proc.remove("1/ns/time");
  proc.remove("self/ns/time");
  CHECK(proc.problems().empty());
}

TEST_CASE("guardd as its own PID 1 sees a container, not the host") {
  const SightProc proc;
  proc.remove("1/exe");
  std::filesystem::create_hard_link(proc.root() + "/self/exe", proc.root() + "/1/exe");
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("PID 1 itself") != std::string::npos);
  proc.remove("1/exe");
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("cannot tell which program") == 0);
}

TEST_CASE("the /proc of another pid namespace is a problem") {
  const SightProc proc;
  proc.file("2/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
  proc.namespaces("2", 100);
  proc.file("2/exe", "guardd");
  proc.link("self", "2");
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("another pid namespace") != std::string::npos);
}

TEST_CASE("each missing capability is a problem") {
  const SightProc proc;
  proc.capabilities("000001fffff7ffff");  // bit 19
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("CAP_SYS_PTRACE") != std::string::npos);
  proc.capabilities("000001fffffffffb");  // bit 2
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("CAP_DAC_READ_SEARCH") != std::string::npos);
  proc.capabilities("000001ffffdfffff");  // bit 21
  REQUIRE(proc.problems().size() == 1);
  CHECK(proc.problems()[0].find("CAP_SYS_ADMIN") != std::string::npos);
  proc.capabilities("0");
  CHECK(proc.problems().size() == 3);
  proc.capabilities("none");
  CHECK(proc.problems().size() == 1);
}

TEST_CASE("an empty /proc proves nothing") { CHECK(sight_problems({.proc = "/nonexistent"}).size() >= 4); }

TEST_CASE("namespace links") {
  CHECK(parse_namespace_link("mnt:[4026531841]", "mnt") == 4026531841);
  CHECK_FALSE(parse_namespace_link("mnt:[4026531841]", "net"));
  CHECK_FALSE(parse_namespace_link("mnt:[]", "mnt"));
  CHECK_FALSE(parse_namespace_link("mnt:[12", "mnt"));
  CHECK_FALSE(parse_namespace_link("mnt:[-1]", "mnt"));
  CHECK_FALSE(parse_namespace_link("mnt:", "mnt"));
  CHECK_FALSE(parse_namespace_link("mnt", "mnt"));
}

TEST_CASE("a report is ok only without a problem, and bounded") {
  CHECK(make_report("x", {}, 0).health == Health::ok);
  CHECK(make_report("x", {"a"}, 0).health == Health::degraded);
  CHECK(make_report("x", std::vector<std::string>(17, "a"), 0).problems.size() == 16);
}

TEST_CASE("for real: nothing is hidden below an ordinary PID 1") {
  // The shell is PID 1, this program its child: what guardd finds on a host, and in a system container.
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string inside = "unshare --fork --kill-child --pid --mount --mount-proc sh -c '\"" + self +
                             "\" \"[.inside]\"; exit $?' >/dev/null 2>&1";
  if (std::system("unshare --fork --pid --mount --mount-proc true >/dev/null 2>&1") != 0) {
    WARN("skipped: this machine allows no new pid namespace");
    return;
  }
  const int status = std::system(inside.c_str());
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("inside: no problem", "[.inside]") { REQUIRE(sight_problems(HostRoot{}) == std::vector<std::string>{}); }
