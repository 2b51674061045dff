// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/looker.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <stdexcept>

#include "fake_runner.hpp"
#include "run_on.hpp"

using namespace guardd;
using namespace guardd::test;
using nlohmann::json;

namespace {

std::shared_ptr<const Policy> policy_of(std::uint64_t generation) {
  auto policy = std::make_shared<Policy>();
  policy->generation = generation;
  return policy;
}

struct LookerFixture {
  asio::io_context loop;
  FakeRunner runner{loop.get_executor()};
  std::int64_t now_ms = 100'000;
  Looker looker{loop.get_executor(), runner, {[this] { return now_ms; }, [] { return std::int64_t{5}; }}, {}};

  LookerFixture() { looker.use_policy(policy_of(1)); }

  void tick(std::int64_t ms) { now_ms += ms; }

  /// A caller that waits; its answer when there is one.
  std::shared_ptr<std::optional<Looked>> caller(std::int64_t max_age_ms) {
    auto answer = std::make_shared<std::optional<Looked>>();
    asio::co_spawn(loop, looker.fresh(max_age_ms), [answer](const std::exception_ptr& failure, Looked looked) {
      REQUIRE_FALSE(failure);
      *answer = std::move(looked);
    });
    settle();
    return answer;
  }
  /// Runs whatever can run now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  Looked fresh(std::int64_t max_age_ms) { return run_on(loop, looker.fresh(max_age_ms)); }
};

}  // namespace

TEST_CASE_METHOD(LookerFixture, "a look that began within the age is used again, one that began before it is not") {
  const auto first = fresh(1000);
  CHECK(first.snapshot->began_boot_ms == 100'000);
  tick(1000);
  CHECK(fresh(1000).snapshot == first.snapshot);
  CHECK(runner.looks() == 1);
  tick(1);
  CHECK(fresh(1000).snapshot->began_boot_ms == 101'001);
  CHECK(runner.looks() == 2);
}

TEST_CASE_METHOD(LookerFixture, "age counts from the beginning of a look, not from its end") {
  runner.hold();
  const auto answer = caller(1000);
  tick(900);
  runner.let_go();
  settle();
  REQUIRE(answer->has_value());
  tick(200);
  fresh(1000);
  CHECK(runner.looks() == 2);
}

TEST_CASE_METHOD(LookerFixture, "callers that come while a look runs share it, or all share the next one") {
  runner.hold();
  const auto first = caller(1000);
  tick(500);
  const auto second = caller(1000);
  tick(600);
  std::vector<std::shared_ptr<std::optional<Looked>>> late;
  for (int i = 0; i < 100; ++i) late.push_back(caller(1000));
  CHECK(runner.looks() == 1);
  runner.let_go();
  runner.hold();
  settle();
  // The runner holds again, so the first look ended only if its stages were let go.
  runner.let_go();
  settle();
  REQUIRE(first->has_value());
  REQUIRE(second->has_value());
  CHECK((*first)->snapshot == (*second)->snapshot);
  for (const auto& answer : late) {
    REQUIRE(answer->has_value());
    CHECK((*answer)->snapshot == (*late.front())->snapshot);
    CHECK((*answer)->snapshot->began_boot_ms == 101'100);
  }
  CHECK(runner.looks() == 2);
}

TEST_CASE_METHOD(LookerFixture, "an age of nothing means a look that begins after the call") {
  runner.hold();
  const auto first = caller(0);
  const auto second = caller(0);
  runner.let_go();
  settle();
  REQUIRE(first->has_value());
  REQUIRE(second->has_value());
  CHECK((*first)->snapshot->generation == 1);
  CHECK((*second)->snapshot->generation == 2);
  CHECK(fresh(0).snapshot->generation == 3);
}

TEST_CASE_METHOD(LookerFixture, "a look under another policy does not count, not even one that is running") {
  const auto old = fresh(1000);
  CHECK(old.policy->generation == 1);
  looker.use_policy(policy_of(2));
  const auto fresh_one = fresh(1000);
  CHECK(fresh_one.policy->generation == 2);
  CHECK(fresh_one.snapshot != old.snapshot);

  tick(5000);
  runner.hold();
  const auto waiting = caller(1000);
  looker.use_policy(policy_of(3));
  runner.let_go();
  settle();
  REQUIRE(waiting->has_value());
  CHECK((*waiting)->policy->generation == 3);
}

TEST_CASE("a look looks for what is recalled, and what it finds is learned") {
  asio::io_context loop;
  FakeRunner runner(loop.get_executor());
  std::vector<std::uint64_t> learned;
  Looker looker(loop.get_executor(), runner, {[] { return 1000; }, [] { return 2000; }}, {},
                {[] { return std::vector<RememberedDataset>{{.id = "mysql-1", .path = "/srv/a"}}; },
                 [&](const Snapshot& snapshot) { learned.push_back(snapshot.generation); }});
  looker.use_policy(std::make_shared<const Policy>());
  run_on(loop, looker.fresh(0));
  CHECK(runner.asked_for("memory").at(0).input.at("datasets").at(0).at("id") == "mysql-1");
  CHECK(runner.asked_for("data").at(0).input.at("known_paths") == json{"/srv/a"});
  CHECK(learned == std::vector<std::uint64_t>{1});
}

namespace {

json a_database(std::int32_t pid) {
  ProcessesOutput seen;
  ProcessFact process;
  process.pid = pid;
  process.service = "mysql";
  seen.processes = {process};
  return seen;
}

}  // namespace

TEST_CASE_METHOD(LookerFixture, "a glance adds to the last look, and makes it no younger") {
  const Looked before = fresh(0);
  tick(500);
  runner.answer("processes", a_database(7));
  run_on(loop, looker.glance({7}));
  CHECK(runner.asked.back().input.at("pids") == json{7});
  const Looked after = fresh(1000);
  CHECK(runner.looks() == 2);  // the glance itself is the second question for processes
  REQUIRE(after.snapshot->processes.size() == 1);
  CHECK(after.snapshot->processes[0].pid == 7);
  CHECK(after.snapshot->began_boot_ms == before.snapshot->began_boot_ms);
  CHECK(after.snapshot->generation > before.snapshot->generation);
  // It is the same look, which began before whatever somebody asked meanwhile: Checker lets no allow rest on it.
  CHECK(after.look == before.look);
  CHECK(after.look <= looker.newest());
  CHECK(before.snapshot->processes.empty());
  tick(501);
  fresh(1000);
  CHECK(runner.looks() == 3);
}

TEST_CASE_METHOD(LookerFixture, "who wants a look of its own is not content with a glance") {
  fresh(0);
  runner.answer("processes", a_database(7));
  run_on(loop, looker.glance({7}));
  fresh(0);
  CHECK(runner.looks() == 3);
}

TEST_CASE_METHOD(LookerFixture, "what a glance saw while a look ran is not lost with that look") {
  fresh(0);
  tick(1000);
  runner.hold();
  const auto waiting = caller(0);
  auto glanced = std::make_shared<bool>(false);
  asio::co_spawn(loop, looker.glance({7}), [glanced](const std::exception_ptr& failure, const Glanced&) {
    REQUIRE_FALSE(failure);
    *glanced = true;
  });
  settle();
  runner.answer("processes", a_database(7));
  runner.let_go();
  settle();
  REQUIRE(*glanced);
  REQUIRE(waiting->has_value());
  CHECK((*waiting)->snapshot->processes.size() == 1);
}

TEST_CASE_METHOD(LookerFixture, "a glance that fails changes nothing") {
  const Looked before = fresh(0);
  runner.fail("processes", "killed");
  run_on(loop, looker.glance({7}));
  CHECK(fresh(1000).snapshot == before.snapshot);
}

TEST_CASE_METHOD(LookerFixture, "the last look is there while it is young enough") {
  CHECK_FALSE(looker.last(1000).has_value());
  const Looked made = fresh(0);
  tick(1000);
  REQUIRE(looker.last(1000).has_value());
  CHECK(looker.last(1000)->snapshot == made.snapshot);
  tick(1);
  CHECK_FALSE(looker.last(1000).has_value());
  looker.use_policy(policy_of(2));
  CHECK_FALSE(looker.last(60'000).has_value());
}

TEST_CASE_METHOD(LookerFixture,
                 "a look whose end fails is one in which nothing was seen, and not the last one that there is") {
  int failures = 1;
  const auto learn = [&](const Snapshot&) {
    if (failures-- > 0) throw std::runtime_error("no memory for it");
  };
  Looker forgetful{
      loop.get_executor(), runner, {[this] { return now_ms; }, [] { return std::int64_t{5}; }}, {}, {{}, learn}};
  forgetful.use_policy(policy_of(1));
  const Looked failed = run_on(loop, forgetful.fresh(0));
  REQUIRE(failed.snapshot->inspectors.size() == 1);
  CHECK(failed.snapshot->inspectors[0].health == Health::failed);
  CHECK(failed.snapshot->inspectors[0].problems == std::vector<std::string>{"no memory for it"});
  const Looked next = run_on(loop, forgetful.fresh(0));
  CHECK(next.snapshot->inspectors.size() > 1);
}
