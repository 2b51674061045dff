// SPDX-License-Identifier: Apache-2.0
#include "core/wire_status.hpp"

#include <catch2/catch.hpp>

using guardd::without_times;
using nlohmann::json;

TEST_CASE("a status of another look that saw the same is the same without its times") {
  const auto status = [](int number, const char* verdict) {
    return json{{"snapshot", {{"age_ms", number}}},
                {"verdicts", json::array({{{"verdict", verdict}, {"snapshot", {{"generation", number}}}}})},
                {"inspectors", json::array({{{"name", "boot"}, {"duration_us", number}}})},
                {"remembered", json::array({{{"id", "mysql-1"}, {"last_seen_s", number}, {"last_active_s", number}}})}};
  };
  CHECK(without_times(status(1, "allow")) == without_times(status(2, "allow")));
  CHECK(without_times(status(1, "allow")) != without_times(status(1, "refuse")));
}

TEST_CASE("what is no status comes back as it is") {
  for (const json& other : {json(), json("text"), json::array({1}), json{{"verdicts", 7}, {"remembered", {1, "x"}}}}) {
    CHECK(without_times(other) == other);
  }
}
