// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/override.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// The overrides that are in the ledger's file. Errors: "ledger.failed", where nothing else is said.
namespace guardd::ledger {

/// One step of an override, as Change has it.
struct OverrideStep {
  std::optional<Override> add = {};  ///< its id is given by the ledger
  struct Approved {
    std::string id;
    std::vector<Approval> approvals;
    std::string by;
  };
  std::optional<Approved> apply = {};
  std::optional<std::string> spend = {};  ///< its id
  BootMoment now = {};                    ///< tells which ones are over and may make room
};

/// All of them, oldest first. One that can't be read is an error: the file is damaged.
Result<std::vector<Override>> read_overrides(Database& database);

/// Makes the one step that is asked for; the override as it is after it. "too_many": max_overrides are waiting or in
/// force. "not_found": there is none of that id. "conflict": it is not in the state that this step leads on from, since
/// it was approved or spent before.
Result<Override> step_override(Database& database, const OverrideStep& step);

}  // namespace guardd::ledger
