// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

namespace guardd::ledger {

/// The version of the tables that this guardd reads and writes; PRAGMA user_version holds it.
inline constexpr std::size_t schema_version = 3;

/// Makes the tables in an empty file, and brings older ones up to date, in one transaction. Error "ledger.failed" where
/// a newer guardd has made them, or the file is somebody else's.
Result<bool> migrate(Database& database);

}  // namespace guardd::ledger
