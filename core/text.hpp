// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace guardd {

/// Bytes from outside as text that is safe on a terminal and in a log line: control characters (C0, DEL, C1), bidirectional
/// overrides and bytes that are no UTF-8 become \n, \t, \xNN or \u{NNNN}; a backslash becomes \\. At most `limit` bytes come out, then "...".
std::string printable(std::string_view bytes, std::size_t limit = 4096);

}  // namespace guardd
