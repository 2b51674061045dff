// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/ledger.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// The holds that are in the ledger's file, in force or lapsed. Errors: "ledger.failed", where nothing else is said.
namespace guardd::ledger {

/// All of them, oldest first. One that can't be read is an error: a hold that is skipped is one that is lifted.
Result<std::vector<Hold>> read_holds(Database& database);

/// Gives the hold its id, which no other ever had or will have. "too_many": there are max_holds already.
Result<Hold> insert_hold(Database& database, Hold hold);

/// The hold that is gone now. "not_found": there is none of that id.
Result<Hold> remove_hold(Database& database, const std::string& id);

}  // namespace guardd::ledger
