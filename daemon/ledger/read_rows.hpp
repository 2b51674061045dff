// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "daemon/ledger/database.hpp"

namespace guardd::ledger {

/// What `read_row`, a Result of a Statement's row, makes of every row of a query; an error of one is that of all.
template <typename ReadRow>
auto read_rows(Database& database, std::string_view sql, ReadRow read_row)
    -> Result<std::vector<std::decay_t<decltype(read_row(std::declval<const Statement&>()).value())>>> {
  std::vector<std::decay_t<decltype(read_row(std::declval<const Statement&>()).value())>> read;
  Result<Statement> rows = database.prepare(sql);
  if (!rows) return rows.error();
  while (true) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) return read;
    auto one = read_row(*rows);
    if (!one) return one.error();
    read.push_back(std::move(*one));
  }
}

}  // namespace guardd::ledger
