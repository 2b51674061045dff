// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/octal.hpp"

namespace guardd {

std::optional<std::string> unescape_octal(std::string_view field) {
  std::string plain;
  plain.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\') {
      plain += field[i];
      continue;
    }
    if (field.size() - i < 4) return std::nullopt;
    unsigned value = 0;
    for (std::size_t k = 1; k <= 3; ++k) {
      const char digit = field[i + k];
      if (digit < '0' || digit > '7') return std::nullopt;
      value = value * 8 + static_cast<unsigned>(digit - '0');
    }
    if (value > 0xFF) return std::nullopt;
    plain += static_cast<char>(value);
    i += 3;
  }
  return plain;
}

}  // namespace guardd
