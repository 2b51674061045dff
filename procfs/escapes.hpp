// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guardd::procfs {

/// Undoes the octal escapes of the kernel's mangle_path() (fs/seq_file.c): a backslash and three octal digits up to
/// \377. Where the backslash itself is escaped too (mountinfo, swaps): nothing when one stands for anything else, since
/// the kernel writes no such line.
std::optional<std::string> unescape_octal(std::string_view text);

/// The same where it is not (maps escapes only the newline): any other backslash stands for itself.
std::string unescape_octal_leniently(std::string_view text);

/// The kernel's mark on the path of a file without a name any more.
inline constexpr std::string_view deleted_mark = " (deleted)";

/// Takes the mark off; true when it was there. A file may be called so itself: then this errs, harmlessly, since such
/// names are compared with it and without it.
inline bool strip_deleted(std::string_view& path) {
  if (!path.ends_with(deleted_mark)) return false;
  path.remove_suffix(deleted_mark.size());
  return true;
}

/// What follows the last '/'.
inline std::string_view basename_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace guardd::procfs
