// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guardd::client {

enum class Direction { ahead, ago };

inline constexpr std::string_view no_moment =
    " is neither a time (2027-01-31, \"2027-01-31 18:00\", 2027-01-31T18:00:00Z) nor a span (30m, 12h, 3d)";

/// A moment in seconds since the epoch: a date (its first second) or a date and time, in this host's zone or with a Z
/// in UTC; or a span of minutes, hours or days from `now_s`, ahead or ago.
std::optional<std::int64_t> parse_moment(std::string_view text, std::int64_t now_s, Direction direction);

/// "2027-01-31 18:00:00 +0100", in this host's zone.
std::string shown_moment(std::int64_t moment_s);

}  // namespace guardd::client
