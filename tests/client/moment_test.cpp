// SPDX-License-Identifier: Apache-2.0
#include "client/moment.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

using namespace guardd::client;

namespace {

constexpr std::int64_t now = 1'800'000'000;

std::optional<std::int64_t> ahead(std::string_view text) { return parse_moment(text, now, Direction::ahead); }

}  // namespace

TEST_CASE("a span counts from now, ahead or ago") {
  CHECK(ahead("1m") == now + 60);
  CHECK(ahead("12h") == now + 43'200);
  CHECK(parse_moment("3d", now, Direction::ago) == now - 259'200);
  CHECK(ahead("36500d") == now + std::int64_t{36'500} * 86'400);
  CHECK_FALSE(ahead("36501d"));
}

TEST_CASE("a date is one in this zone, or in UTC with a Z") {
  ::setenv("TZ", "Europe/Berlin", 1);
  ::tzset();
  CHECK(ahead("2027-01-31T18:00:00Z") == 1'801'418'400);
  CHECK(ahead("2027-01-31 18:00Z") == 1'801'418'400);
  CHECK(ahead("2027-01-31 19:00") == 1'801'418'400);
  CHECK(ahead("2027-07-31 20:00") == ahead("2027-07-31T18:00Z"));  // summer time
  CHECK(ahead("2027-01-31") == ahead("2027-01-30 23:00Z"));
  CHECK(shown_moment(1'801'418'400) == "2027-01-31 19:00:00 +0100");
}

TEST_CASE("what is neither is none") {
  for (const char* text : {"", "m", "0m", "-1h", "+1h", "1", "1w", "1hh", "1 h", "99999999999999999999d", "tomorrow",
                           "2027-13-01", "2027-01-31x", "2027-01-31 18", "2027-01-31 18:00 Z", "1960-01-01", "18:00"}) {
    INFO(text);
    CHECK_FALSE(ahead(text));
  }
}
