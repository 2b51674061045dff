// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "daemon/roles/mysql_table.hpp"

namespace roles_test {

/// A table out of what `mysql -E` (\G) prints, so that captured output stands in tests as it came.
inline guardd::MysqlTable vertical(std::string_view text) {
  guardd::MysqlTable table;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) continue;
    line.remove_prefix(begin);
    if (line.front() == '*') {
      table.rows.emplace_back();
      continue;
    }
    const std::size_t colon = line.find(':');
    if (table.rows.size() == 1) table.columns.emplace_back(line.substr(0, colon));
    const std::string value(line.substr(std::min(line.size(), colon + 2)));
    if (value == "NULL") {
      table.rows.back().emplace_back(std::nullopt);
    } else {
      table.rows.back().emplace_back(value);
    }
  }
  return table;
}

/// Only the columns of it: a server without a source.
inline guardd::MysqlTable without_rows(guardd::MysqlTable table) {
  table.rows.clear();
  return table;
}

inline guardd::MysqlTable with(guardd::MysqlTable table, std::string_view column, const std::string& value) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i] == column) table.rows.at(0).at(i) = value;
  }
  return table;
}

inline guardd::MysqlTable names_and_values(std::vector<guardd::MysqlTable::Row> rows) {
  return {{"Variable_name", "Value"}, std::move(rows)};
}

inline guardd::MysqlTable dump_threads(const std::string& count) { return {{"a", "b"}, {{"5", count}}}; }

}  // namespace roles_test
