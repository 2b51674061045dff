// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace guardd::client {

/// How many columns of a terminal a line takes: none for a colour's escape sequence, none for a combining mark, two for
/// a wide character, wcwidth(3).
std::size_t display_width(std::string_view line);

/// The line's beginning that takes at most that many columns, its escape sequences whole: no colour goes on behind it.
std::string clipped(std::string_view line, std::size_t columns);

}  // namespace guardd::client
