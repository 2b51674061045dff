// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "client/render.hpp"

namespace guardd::client {

/// What stands in a column of a row. Colour takes no width.
struct Cell {
  std::string text;
  std::string (Style::*paint)(std::string_view) const = nullptr;
};
using Row = std::vector<Cell>;

/// Lines with columns as wide as the widest text in them; an empty cell is a dash. Where every row has the same column
/// empty but the first one, which is the heading, there is no such column. Nothing without a row behind the heading.
std::string table(std::vector<Row> rows, const Style& style);

}  // namespace guardd::client
