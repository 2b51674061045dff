// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/facts.hpp"
#include "daemon/roles/mysql_table.hpp"

namespace guardd {

/// What a server's answers make of it; docs/roles.md has the rules. Pure. `pid` and `service` are left to the caller.
/// A part that could not be had leaves the role unknown, never a weaker role: a replica whose own replicas can't be
/// counted may be a relay, and a server whose replication can't be read may be anything. read_only says nothing of
/// the role, and neither does Seconds_Behind_Master: MySQL gives 0 for a replica that never connected.
RoleFact classify_mysql(const MysqlAnswers& answers);

}  // namespace guardd
