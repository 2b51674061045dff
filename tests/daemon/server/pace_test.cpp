// SPDX-License-Identifier: Apache-2.0
#include "daemon/pace.hpp"

#include <catch2/catch.hpp>

#include "daemon/effort.hpp"

using namespace guardd;
using namespace std::chrono_literals;

TEST_CASE("after a change rounds come soon, then further and further apart, and calm down") {
  Pace pace(60s);
  pace.hasten();
  CHECK(pace.next(true, 30ms) == 100ms);
  CHECK(pace.next(true, 30ms) == 400ms);
  CHECK(pace.next(true, 30ms) == 1600ms);
  CHECK(pace.next(true, 30ms) == 6400ms);
  CHECK(pace.next(true, 30ms) == 25'600ms);
  CHECK(pace.next(true, 30ms) == 60s);
  CHECK(pace.next(true, 30ms) == 60s);
  pace.hasten();
  CHECK(pace.next(true, 30ms) == 100ms);
}

TEST_CASE("a change in the middle of calming down begins anew") {
  Pace pace(60s);
  pace.hasten();
  (void)pace.next(true, 30ms);
  (void)pace.next(true, 30ms);
  pace.hasten();
  CHECK(pace.next(true, 30ms) == 100ms);
}

TEST_CASE("a start is a change") { CHECK(Pace(60s).next(true, 30ms) == 100ms); }

TEST_CASE("where the kernel does not tell, calm rounds come twice as often") {
  Pace pace(20s);
  for (int i = 0; i < 8; ++i) (void)pace.next(true, 30ms);
  CHECK(pace.next(false, 20ms) == 10s);
  CHECK(pace.next(true, 20ms) == 20s);
}

TEST_CASE("rounds that take long come less often") {
  Pace pace(10s);
  for (int i = 0; i < 8; ++i) (void)pace.next(true, 30ms);
  CHECK(pace.next(true, 10ms) == 10s);
  CHECK(pace.next(true, 11ms) == 11s);
  CHECK(pace.next(false, 50ms) == 5s);
  CHECK(pace.next(false, 51ms) == 5100ms);
  CHECK(pace.next(true, 600ms) == 600s);
  CHECK(pace.next(true, 601ms) == 600s);
  CHECK(pace.next(false, 7s) == 600s);
  CHECK(Pace(3600s).next(true, 4s) == 100ms);
}

TEST_CASE("effort may be spent until it is used up, and comes again with time") {
  Effort effort(5, 2000ms);
  CHECK(effort.wait(0ms) == 0ms);
  effort.spend(0ms, 1999ms);
  CHECK(effort.wait(0ms) == 0ms);
  effort.spend(0ms, 1ms);
  CHECK(effort.wait(0ms) == 20ms);
  CHECK(effort.wait(20ms) == 0ms);
}

TEST_CASE("who spends more than there is waits for as much longer: five parts in a hundred of the time") {
  Effort effort(5, 100ms);
  effort.spend(1000ms, 200ms);
  CHECK(effort.wait(1000ms) == 2020ms);
  CHECK(effort.wait(3000ms) == 20ms);
  CHECK(effort.wait(3020ms) == 0ms);
}

TEST_CASE("no more is saved up than the burst") {
  Effort effort(5, 100ms);
  CHECK(effort.wait(3'600'000ms) == 0ms);
  effort.spend(3'600'000ms, 100ms);
  CHECK(effort.wait(3'600'000ms) > 0ms);
}

TEST_CASE("a clock that stands still gives nothing, and one that goes back takes nothing") {
  Effort effort(50, 10ms);
  effort.spend(100ms, 10ms);
  CHECK(effort.wait(100ms) > 0ms);
  CHECK(effort.wait(50ms) > 0ms);
  CHECK(effort.wait(102ms) == 0ms);
}
