// SPDX-License-Identifier: Apache-2.0
#include "core/utc.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

using namespace guardd;

TEST_CASE("seconds as a time in UTC") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(951'827'696) == "2000-02-29T12:34:56Z");  // date -u -d @951827696
  CHECK(utc_text(1'800'000'000) == "2027-01-15T08:00:00Z");
  CHECK(utc_text(-1) == "1969-12-31T23:59:59Z");
  CHECK(utc_text(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59Z");
  CHECK(utc_text(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00Z");
}

TEST_CASE("a span in its two largest units") {
  CHECK(span_text(0) == "0s");
  CHECK(span_text(59) == "59s");
  CHECK(span_text(61) == "1m 1s");
  CHECK(span_text(3600) == "1h");
  CHECK(span_text(86'400 * 3 + 3600 * 4 + 59) == "3d 4h");
}
