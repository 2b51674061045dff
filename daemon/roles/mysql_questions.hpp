// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "core/result.hpp"
#include "daemon/roles/mysql_table.hpp"

namespace guardd {

/// Asks one statement. The error's code is the server's or libmariadb's error number, or "late" past the deadline.
using AskMysql = std::function<Result<MysqlTable>(std::string_view statement)>;

/// Asks what the role depends on, in the words that this server understands: MariaDB, MySQL up to 5.7 and 8.0 (SHOW
/// SLAVE STATUS), MySQL from 8.0.22 on (SHOW REPLICA STATUS; 8.4 and 9 answer 1064 to the old words). Every statement
/// only reads.
MysqlAnswers ask_mysql(const AskMysql& ask);

}  // namespace guardd
