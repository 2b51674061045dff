// SPDX-License-Identifier: Apache-2.0
#include "client/table.hpp"

#include <algorithm>

#include "client/width.hpp"

namespace guardd::client {
namespace {

// A column is no wider than this unless it is the last one: one long path must not push the rest off the terminal.
constexpr std::size_t widest_column = 60;

void drop_empty_columns(std::vector<Row>& rows) {
  for (std::size_t column = rows.front().size(); column-- > 0;) {
    const auto is_empty = [&](const Row& row) { return row.at(column).text.empty(); };
    if (!std::all_of(rows.begin() + 1, rows.end(), is_empty)) continue;
    for (Row& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

}  // namespace

std::string table(std::vector<Row> rows, const Style& style) {
  if (rows.size() < 2) return "";
  for (Row& row : rows) row.resize(rows.front().size());
  drop_empty_columns(rows);
  std::vector<std::size_t> widths(rows.front().size());
  for (Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].text.empty()) row[i].text = "-";
      widths[i] = std::max(widths[i], std::min(display_width(row[i].text), widest_column));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    text += "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& [cell, paint] = row[i];
      text += paint == nullptr ? cell : (style.*paint)(cell);
      if (i + 1 < row.size()) text.append(std::max(widths[i], display_width(cell)) - display_width(cell) + 2, ' ');
    }
    text += "\n";
  }
  return text;
}

}  // namespace guardd::client
