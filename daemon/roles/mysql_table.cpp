// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/mysql_table.hpp"

#include <algorithm>
#include <charconv>

namespace guardd {

bool MysqlTable::has_column(std::string_view name) const {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

std::optional<std::string> MysqlTable::cell(const Row& row, std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto column = std::find(columns.begin(), columns.end(), name);
    if (column == columns.end()) continue;
    const auto index = static_cast<std::size_t>(column - columns.begin());
    if (index < row.size() && row[index]) return row[index];
  }
  return std::nullopt;
}

std::optional<std::string> MysqlTable::variable(std::string_view name) const {
  for (const Row& row : rows) {
    if (row.size() == 2 && row[0] == name) return row[1];
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_count(std::string_view text) {
  std::uint32_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return count;
}

}  // namespace guardd
