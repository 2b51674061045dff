// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/kernel_events.hpp"

#include <catch2/catch.hpp>

#include "tests/daemon/kernel_events/told_source.hpp"
#include "tests/daemon/worker/run_on.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

struct Fixture {
  asio::io_context loop;
  ToldSource* first = new ToldSource;
  ToldSource* second = new ToldSource;
  KernelEvents events{loop.get_executor(), sources(), 500};

  std::vector<std::unique_ptr<EventSource>> sources() {
    std::vector<std::unique_ptr<EventSource>> made;
    made.emplace_back(first);
    made.emplace_back(second);
    return made;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "what any source tells is heard, again and again") {
  int heard = 0;
  events.start([&](const Heard& what) { heard += what.changed ? 1 : 0; });
  for (int round = 1; round <= 3; ++round) {
    first->tell({.programs = {}, .changed = true, .lost = false});
    CHECK(turn_until(loop, [&] { return heard == 2 * round - 1; }));
    second->tell({.programs = {}, .changed = true, .lost = false});
    CHECK(turn_until(loop, [&] { return heard == 2 * round; }));
  }
  CHECK(events.count().changes == 6);
}

TEST_CASE_METHOD(Fixture, "what was told before a drain is counted when it returns") {
  const NewsCount before = events.count();
  first->tell({.programs = {7}, .changed = false, .lost = false});
  CHECK_FALSE(events.any_program_since(before, 0));
  events.drain();
  CHECK(events.any_program_since(before, 0));
  CHECK(events.count().changes == before.changes);
  second->tell({.programs = {}, .changed = false, .lost = true});
  events.drain();
  CHECK(events.count().changes == before.changes + 1);
}

TEST_CASE_METHOD(Fixture, "a caller's own start is no news to it, anybody else's is") {
  const NewsCount before = events.count();
  first->tell({.programs = {7, 7}, .changed = false, .lost = false});
  events.drain();
  CHECK_FALSE(events.any_program_since(before, 7));
  CHECK(events.any_program_since(before, 8));
  first->tell({.programs = {8}, .changed = false, .lost = false});
  events.drain();
  CHECK(events.any_program_since(before, 7));
  const NewsCount now = events.count();
  CHECK_FALSE(events.any_program_since(now, 7));
}

TEST_CASE_METHOD(Fixture, "more programs than are kept are others' too") {
  const NewsCount before = events.count();
  first->tell({.programs = std::vector<std::int32_t>(64, 7), .changed = false, .lost = false});
  events.drain();
  CHECK_FALSE(events.any_program_since(before, 7));
  first->tell({.programs = {7}, .changed = false, .lost = false});
  events.drain();
  CHECK(events.any_program_since(before, 7));
}

TEST_CASE_METHOD(Fixture, "one source that does not tell is said, and is opened anew") {
  CHECK(events.all_tell());
  second->why = "not here";
  CHECK_FALSE(events.all_tell());
  REQUIRE(events.reports().size() == 2);
  CHECK(events.reports()[0].problem.empty());
  CHECK(events.reports()[1].problem == "not here");
  events.prove();
  CHECK(events.all_tell());
}

TEST_CASE_METHOD(Fixture, "a source that was opened anew is listened to") {
  int heard = 0;
  events.start([&](const Heard&) { ++heard; });
  first->event = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  events.prove();
  first->tell({.programs = {1}, .changed = false, .lost = false});
  CHECK(turn_until(loop, [&] { return heard == 1; }));
}

TEST_CASE_METHOD(Fixture, "a storm wakes the loop far less often than it has messages") {
  int heard = 0;
  events.start([&](const Heard& what) { heard += static_cast<int>(what.programs.size()); });
  for (int i = 1; i <= 200; ++i) {
    first->next.programs.push_back(i);
    (void)::eventfd_write(first->event.get(), 1);
    loop.restart();
    loop.poll();
  }
  CHECK(turn_until(loop, [&] { return heard == 200; }));
  CHECK(first->drained < 100);
}

TEST_CASE_METHOD(Fixture, "whose end matters is told to the source that knows of ends") {
  events.follow({3, 4});
  CHECK(second->followed == std::vector<std::int32_t>{3, 4});
}
