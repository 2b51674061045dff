// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"

#include <array>
#include <utility>

namespace guardd {
namespace {

/// Code points that move, hide or reorder what stands around them: C0, DEL and C1 controls, then the format characters
/// that a terminal obeys without showing them (Unicode's categories Cc, Zl, Zp and those of Cf that are no letters'
/// joiners).
constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 13> hidden{{{0x00, 0x1f},
                                                                          {0x7f, 0x9f},
                                                                          {0xad, 0xad},
                                                                          {0x61c, 0x61c},
                                                                          {0x180e, 0x180e},
                                                                          {0x200b, 0x200b},
                                                                          {0x200e, 0x200f},
                                                                          {0x2028, 0x202e},
                                                                          {0x2060, 0x206f},
                                                                          {0xfeff, 0xfeff},
                                                                          {0xfff9, 0xfffb},
                                                                          {0xe0000, 0xe007f},
                                                                          {0x115f, 0x1160}}};

bool is_hidden(std::uint32_t code) {
  for (const auto& [first, last] : hidden) {
    if (code >= first && code <= last) return true;
  }
  return false;
}

std::string hex(std::uint32_t value, int least_digits) {
  std::string digits;
  for (; value != 0 || least_digits > 0; value >>= 4, --least_digits) {
    digits.insert(digits.begin(), "0123456789abcdef"[value & 0xf]);
  }
  return digits;
}

std::string escaped(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (code < 0x80) return "\\x" + hex(code, 2);
  return "\\u{" + hex(code, 4) + "}";
}

/// One code point, or one byte that begins none, as it may be shown.
std::string piece_of(std::string_view bytes, const std::optional<CodePoint>& point, std::string_view backslash) {
  if (!point) return "\\x" + hex(static_cast<std::uint8_t>(bytes.front()), 2);
  if (point->value == '\\') return std::string(backslash);
  if (is_hidden(point->value)) return escaped(point->value);
  return std::string(bytes.substr(0, point->bytes));
}

std::string made_safe(std::string_view bytes, std::size_t limit, std::string_view backslash) {
  std::string result;
  while (!bytes.empty()) {
    const std::optional<CodePoint> point = first_code_point(bytes);
    const std::string piece = piece_of(bytes, point, backslash);
    if (result.size() + piece.size() > limit) return result + "...";
    result += piece;
    bytes.remove_prefix(point ? point->bytes : 1);
  }
  return result;
}

}  // namespace

std::optional<CodePoint> first_code_point(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return std::nullopt;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes.size() < length) return std::nullopt;
  // The second byte of these leads is narrower: overlong forms, surrogates, and what lies beyond U+10FFFF.
  const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return std::nullopt;
  std::uint32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
    code = (code << 6) | (byte(i) & 0x3fU);
  }
  return CodePoint{code, length};
}

std::string printable(std::string_view bytes, std::size_t limit) { return made_safe(bytes, limit, "\\\\"); }

std::string reprintable(std::string_view text, std::size_t limit) { return made_safe(text, limit, "\\"); }

}  // namespace guardd
