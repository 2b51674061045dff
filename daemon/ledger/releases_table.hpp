// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/release.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// The releases that are in the ledger's file. Errors: "ledger.failed", where nothing else is said.
namespace guardd::ledger {

inline constexpr std::size_t max_releases = 1000;

/// All of them, oldest first.
Result<std::vector<Release>> read_releases(Database& database);

/// Gives the release its id, which no other ever had or will have. "too_many": there are max_releases already.
Result<Release> insert_release(Database& database, Release release);

/// The release that is gone now. "not_found": there is none of that id.
Result<Release> delete_release(Database& database, const std::string& id);

}  // namespace guardd::ledger
