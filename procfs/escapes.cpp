// SPDX-License-Identifier: Apache-2.0
#include "procfs/escapes.hpp"

namespace guardd::procfs {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Whether `text` begins with a backslash and three octal digits of one byte.
bool begins_with_escape(std::string_view text) {
  return text.size() > 3 && text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
         is_octal(text[3]);
}

char escaped_byte(std::string_view escape) {
  return static_cast<char>((escape[1] - '0') * 64 + (escape[2] - '0') * 8 + (escape[3] - '0'));
}

}  // namespace

std::string unescape_octal_leniently(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const bool escape = begins_with_escape(text);
    plain += escape ? escaped_byte(text) : text.front();
    text.remove_prefix(escape ? 4 : 1);
  }
  return plain;
}

std::optional<std::string> unescape_octal(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 4)) {
    if (!begins_with_escape(text.substr(at))) return std::nullopt;
  }
  return unescape_octal_leniently(text);
}

}  // namespace guardd::procfs
