// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guardd {

/// Bytes from outside as text that is safe on a terminal and in a log line: control characters (C0, DEL, C1), line
/// separators, bidirectional and invisible format characters and bytes that are no UTF-8 become \n, \t, \xNN or
/// \u{NNNN}; a backslash becomes \\, so that no two inputs look the same. At most `limit` bytes come out, then "...".
std::string printable(std::string_view bytes, std::size_t limit = 4096);

/// The same for text that is meant to have been through printable() already, in another program: backslashes stay, so
/// that its escapes are not escaped once more.
std::string reprintable(std::string_view text, std::size_t limit = 4096);

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;
};
/// The code point that `bytes` begin with; none where they are no well-formed UTF-8 (Unicode 15, table 3-7).
std::optional<CodePoint> first_code_point(std::string_view bytes);

}  // namespace guardd
