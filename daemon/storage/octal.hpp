// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guardd {

/// Undoes the kernel's \ooo escapes (seq_escape(), in /proc/PID/mountinfo and /proc/swaps: space, tab, newline,
/// backslash, and
/// ',' in options). Nothing when a backslash is not followed by three octal digits of one byte: the kernel writes no
/// other.
std::optional<std::string> unescape_octal(std::string_view field);

}  // namespace guardd
