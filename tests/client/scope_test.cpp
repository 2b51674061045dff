// SPDX-License-Identifier: Apache-2.0
#include "client/exec/scope.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/client/answers.hpp"
#include "tests/client/fake_server.hpp"
#include "tests/client/fake_systemd.hpp"

namespace guardd::client::test {
namespace {

constexpr std::chrono::seconds long_enough{30};

TEST_CASE("a scope is asked of systemd, and its job waited for") {
  const FakeSystemd systemd("done");
  if (!systemd.is_there()) {
    WARN("no dbus-daemon here: asking systemd for a scope is not tried");
    return;
  }
  const Result<bool> started = start_scope("guardd-permit-p1.scope", "a command", 4711, Deadline(long_enough));
  INFO((started ? "" : started.error().message));
  REQUIRE(started);
  CHECK(systemd.unit() == "guardd-permit-p1.scope");
  CHECK(systemd.process() == 4711);
  CHECK(systemd.properties() == std::vector<std::string>{"Description", "CollectMode", "PIDs"});
}

TEST_CASE("a scope that did not come about is none") {
  for (const auto& [result, said] : {std::pair{"failed", "ended as failed"}, std::pair{"canceled", "ended as canceled"},
                                     std::pair{"refused", "the unit exists already"}}) {
    const FakeSystemd systemd(result);
    if (!systemd.is_there()) return;
    const Result<bool> started = start_scope("x.scope", "a command", 4711, Deadline(long_enough));
    REQUIRE_FALSE(started);
    CHECK(started.error().code == "no_scope");
    CHECK(has(started.error().message, said));
  }
}

TEST_CASE("a scope is not waited for longer than the deadline") {
  const FakeSystemd systemd("");
  if (!systemd.is_there()) return;
  const Result<bool> started = start_scope("x.scope", "a command", 4711, Deadline(std::chrono::milliseconds(300)));
  REQUIRE_FALSE(started);
  CHECK(has(started.error().message, "not in time"));
}

TEST_CASE("a bus that says nothing is not waited for longer than the deadline") {
  const guardd::test::TemporaryDirectory directory;
  const int listener = listen_at(directory.at("bus"));
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + directory.at("bus")).c_str(), 1);
  const auto began = std::chrono::steady_clock::now();
  const Result<bool> started = start_scope("x.scope", "a command", 4711, Deadline(std::chrono::milliseconds(300)));
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
  ::close(listener);
  REQUIRE_FALSE(started);
  CHECK(has(started.error().message, "not in time"));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}

TEST_CASE("without a bus there is no scope") {
  const guardd::test::TemporaryDirectory directory;
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + directory.at("none")).c_str(), 1);
  CHECK_FALSE(start_scope("x.scope", "a command", 4711, Deadline(long_enough)));
  ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

}  // namespace
}  // namespace guardd::client::test
