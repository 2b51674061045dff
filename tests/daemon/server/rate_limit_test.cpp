// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/rate_limit.hpp"

#include <catch2/catch.hpp>

using guardd::RateLimit;

TEST_CASE("a burst at once, then one for each refill, for every uid by itself") {
  RateLimit limit({.burst = 3, .refill_ms = 1000, .most_callers = 10});
  for (int i = 0; i < 3; ++i) CHECK(limit.take(1000, 5000));
  CHECK_FALSE(limit.take(1000, 5000));
  CHECK_FALSE(limit.take(1000, 5999));
  CHECK(limit.take(1000, 6000));
  CHECK_FALSE(limit.take(1000, 6000));
  CHECK(limit.take(1001, 6000));
  // Who rested has the whole burst again, and no more than that.
  for (int i = 0; i < 3; ++i) CHECK(limit.take(1000, 900'000));
  CHECK_FALSE(limit.take(1000, 900'000));
}

TEST_CASE("more uids than are kept in mind wait until some have rested") {
  RateLimit limit({.burst = 2, .refill_ms = 1000, .most_callers = 2});
  CHECK(limit.take(1, 0));
  CHECK(limit.take(2, 500));
  CHECK_FALSE(limit.take(3, 999));
  CHECK(limit.take(2, 999));
  CHECK(limit.take(3, 1000));
  CHECK_FALSE(limit.take(1, 1000));
}
