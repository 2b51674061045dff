// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "client/arguments.hpp"

namespace guardd::client {

/// Puts an option's value to its place; an empty one for an option that has none. What is wrong with it; empty:
/// nothing.
std::string take_value(Arguments& arguments, OptionId option, std::string_view value);

/// A word of the command line in a message.
std::string in_quotes(std::string_view word);

/// A duration in seconds, "0.25" or "5": digits with at most one point, at most `longest`.
std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text, std::chrono::nanoseconds shortest,
                                                      std::chrono::nanoseconds longest);

}  // namespace guardd::client
