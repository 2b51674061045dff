// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/known.hpp"

namespace guardd {

/// The answer to one statement: raw bytes from a server that may be hostile, within the bounds of mysql_session.hpp.
struct MysqlTable {
  using Row = std::vector<std::optional<std::string>>;  ///< as many cells as columns; none is SQL's NULL
  std::vector<std::string> columns;
  std::vector<Row> rows;

  [[nodiscard]] bool has_column(std::string_view name) const;
  /// The cell of the first of `names` that is a column and not NULL: one thing has two names, Slave_* and Replica_*.
  [[nodiscard]] std::optional<std::string> cell(const Row& row, std::initializer_list<std::string_view> names) const;
  /// For the two columns Variable_name and Value of SHOW VARIABLES and SHOW STATUS.
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const;
};

/// All digits and in range, or nothing.
std::optional<std::uint32_t> parse_count(std::string_view text);

/// All that a MySQL or MariaDB server was asked; each answer is there or says why not.
struct MysqlAnswers {
  Known<MysqlTable> variables;     ///< SHOW GLOBAL VARIABLES, a few of them
  Known<MysqlTable> status;        ///< SHOW GLOBAL STATUS, a few of them
  Known<MysqlTable> replication;   ///< SHOW ALL SLAVES STATUS, SHOW REPLICA STATUS or SHOW SLAVE STATUS
  Known<MysqlTable> dump_threads;  ///< one row: something that only PROCESS may read, the number of binlog dump threads
  Known<MysqlTable> group_members;  ///< MEMBER_STATE of group replication; no rows where there is none
};

}  // namespace guardd
