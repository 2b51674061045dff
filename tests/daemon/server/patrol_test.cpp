// SPDX-License-Identifier: Apache-2.0
#include "daemon/patrol.hpp"

#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "daemon/config.hpp"
#include "os/clock.hpp"
#include "tests/daemon/kernel_events/told_source.hpp"
#include "tests/daemon/worker/fake_runner.hpp"
#include "tests/daemon/worker/run_on.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

/// A policy whose service is this very test program, which therefore may be one.
std::shared_ptr<const Policy> policy_for_this_program() {
  auto policy = std::make_shared<Policy>();
  Recognition recognition;
  recognition.service = "mysql";
  recognition.executables = {"daemon_parts_test"};
  policy->services.emplace("mysql", recognition);
  return policy;
}

struct PatrolFixture {
  asio::io_context loop;
  FakeRunner runner{loop.get_executor()};
  ToldSource* source = new ToldSource;
  KernelEvents events{loop.get_executor(), only(source), Limits{}.wake_ups_per_s};
  Looker looker{loop.get_executor(), runner, {boot_now_ms, wall_now_s}, {}, {}, &events};
  Patrol patrol{loop.get_executor(), looker, events, {.every = std::chrono::seconds(60), .cpu_percent = 5}};
  int told = 0;

  PatrolFixture() {
    looker.use_policy(policy_for_this_program());
    patrol.tell_of_changes([this] { ++told; });
    asio::co_spawn(loop, patrol.run(), asio::detached);
    REQUIRE(turn_until(loop, [&] { return looker.last(60'000).has_value(); }));
  }

  static std::vector<std::unique_ptr<EventSource>> only(ToldSource* source) {
    std::vector<std::unique_ptr<EventSource>> sources;
    sources.emplace_back(source);
    return sources;
  }
  [[nodiscard]] std::size_t full_looks() const {
    std::size_t count = 0;
    for (const FakeRunner::Asked& one : runner.asked_for("processes")) count += one.input.contains("pids") ? 0 : 1;
    return count;
  }
  [[nodiscard]] std::size_t glances() const { return runner.looks() - full_looks(); }
};

}  // namespace

TEST_CASE_METHOD(PatrolFixture, "a change makes it look, and tells of it") {
  const std::size_t before = full_looks();
  source->tell({.programs = {}, .changed = true, .lost = false});
  CHECK(turn_until(loop, [&] { return full_looks() > before && told > 0; }));
  CHECK(glances() == 0);
}

TEST_CASE_METHOD(PatrolFixture, "while one change follows the other it lets them, but not for long") {
  // umount(8) of a tree: a look after the first would hold the next filesystem, which then is busy.
  const std::int64_t began = boot_now_ms();
  std::int64_t next = 0;
  REQUIRE(turn_until(loop, [&] {
    if (boot_now_ms() >= next) {
      source->tell({.programs = {}, .changed = true, .lost = false});
      next = boot_now_ms() + 20;
    }
    return told > 0;
  }));
  CHECK(boot_now_ms() - began >= 900);
  CHECK(events.count().changes > 10);
}

TEST_CASE_METHOD(PatrolFixture, "lost messages make it look at everything") {
  const std::size_t before = full_looks();
  source->tell({.programs = {}, .changed = false, .lost = true});
  CHECK(turn_until(loop, [&] { return full_looks() > before; }));
}

TEST_CASE_METHOD(PatrolFixture, "at a program that may be a service it glances, and then looks") {
  const std::size_t before = full_looks();
  source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
  CHECK(turn_until(loop, [&] { return glances() == 1 && full_looks() > before; }));
}

TEST_CASE_METHOD(PatrolFixture,
                 "at a service that has just begun, and has no data yet, it glances again, and not without end") {
  ProcessesOutput seen;
  seen.processes.emplace_back();
  seen.processes[0].pid = ::getpid();
  seen.processes[0].service = "mysql";
  runner.answer("processes", seen);
  source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
  CHECK(turn_until(loop, [&] { return glances() == 4; }));
  const std::size_t before = full_looks();
  source->tell({.programs = {}, .changed = true, .lost = false});
  CHECK(turn_until(loop, [&] { return full_looks() > before + 2; }));  // 100 and 400 ms later
  CHECK(glances() == 4);
}

TEST_CASE_METHOD(PatrolFixture, "a service whose data is seen is glanced at once") {
  ProcessesOutput seen;
  seen.processes.emplace_back();
  seen.processes[0].pid = ::getpid();
  seen.processes[0].service = "mysql";
  seen.open_files.emplace_back();
  seen.open_files[0].pid = ::getpid();
  runner.answer("processes", seen);
  const std::size_t before = full_looks();
  source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
  CHECK(turn_until(loop, [&] { return full_looks() > before + 2; }));
  CHECK(glances() == 1);
}

TEST_CASE_METHOD(PatrolFixture, "any other program is counted, and no more") {
  const Looked looked = *run_on(loop, patrol.current(60'000));
  source->tell({.programs = {1 << 30}, .changed = false, .lost = false});
  CHECK_FALSE(patrol.nothing_since(looked, 0));
  CHECK(patrol.nothing_since(looked, 1 << 30));
  CHECK(run_on(loop, patrol.current(60'000)).has_value());
  CHECK(glances() == 0);
  CHECK(told == 0);
}

TEST_CASE_METHOD(PatrolFixture, "after a change the last look is not what is, until there is another one") {
  CHECK(run_on(loop, patrol.current(60'000)).has_value());
  runner.hold();
  source->tell({.programs = {}, .changed = true, .lost = false});
  CHECK_FALSE(run_on(loop, patrol.current(60'000)).has_value());
  CHECK(patrol.is_outdated());
  runner.let_go();
  CHECK(turn_until(loop, [&] { return run_on(loop, patrol.current(60'000)).has_value(); }));
}

TEST_CASE_METHOD(PatrolFixture, "where a source does not tell, no look is what is") {
  CHECK(run_on(loop, patrol.current(60'000)).has_value());
  source->why = "lost";
  CHECK_FALSE(run_on(loop, patrol.current(60'000)).has_value());
  const Looked looked = run_on(loop, looker.fresh(60'000));
  CHECK_FALSE(patrol.nothing_since(looked, 0));
}

TEST_CASE_METHOD(PatrolFixture,
                 "a process at which it may not glance yet makes the last look none that is, until the next one") {
  ToldSource* const told_source = source;
  // Uses up what glances may take.
  runner.answer("processes", ProcessesOutput{});
  for (int i = 0; i < 2; ++i) {
    runner.hold();
    told_source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
    events.drain();
    const std::int64_t began = boot_now_ms();
    turn_until(loop, [&] { return boot_now_ms() - began > 600; });
    runner.let_go();
    REQUIRE(turn_until(loop, [&] { return looker.last(60'000).has_value(); }));
  }
  const std::size_t before = glances();
  told_source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
  events.drain();
  CHECK(glances() == before);
  CHECK(turn_until(loop, [&] { return run_on(loop, patrol.current(60'000)).has_value(); }));
}

TEST_CASE_METHOD(PatrolFixture, "who asks while it glances waits for what it sees") {
  ProcessesOutput seen;
  ProcessFact process;
  process.pid = ::getpid();
  seen.processes = {process};
  runner.answer("processes", seen);
  source->tell({.programs = {::getpid()}, .changed = false, .lost = false});
  const std::optional<Looked> current = run_on(loop, patrol.current(60'000));
  REQUIRE(current.has_value());
  CHECK(current->snapshot->processes.size() == 1);
}

TEST_CASE_METHOD(PatrolFixture, "changes without end make nobody busy who is told of them") {
  // By this clock each look takes ten seconds, which is more than may be spent.
  std::int64_t slow_ms = 0;
  Looker slow{loop.get_executor(), runner, {[&] { return slow_ms += 10'000; }, wall_now_s}, {}, {}, &events};
  slow.use_policy(policy_for_this_program());
  Patrol busy{loop.get_executor(), slow, events, {.every = std::chrono::seconds(60), .cpu_percent = 5}};
  int heard = 0;
  busy.tell_of_changes([&] { ++heard; });
  asio::co_spawn(loop, busy.run(), asio::detached);
  REQUIRE(turn_until(loop, [&] { return slow.last(1'000'000).has_value(); }));
  loop.restart();
  loop.poll();
  for (int i = 0; i < 3; ++i) {
    source->tell({.programs = {}, .changed = true, .lost = false});
    events.drain();
  }
  CHECK(events.count().changes >= 3);
  CHECK(heard == 0);
}
