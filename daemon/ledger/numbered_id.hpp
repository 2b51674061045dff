// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace guardd::ledger {

/// "h17": how people name what has a number in a table.
inline std::string numbered_id(char prefix, std::int64_t number) { return prefix + std::to_string(number); }

/// The number in such an id; 0, which nothing has, where it is none.
inline std::int64_t number_of(char prefix, const std::string& id) {
  constexpr std::size_t longest = 18;
  if (id.size() < 2 || id.size() > longest || id.front() != prefix) return 0;
  if (id.find_first_not_of("0123456789", 1) != std::string::npos) return 0;
  return std::stoll(id.substr(1));
}

}  // namespace guardd::ledger
