// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/permit.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// The permits that are in the ledger's file. Errors: "ledger.failed", where nothing else is said.
namespace guardd::ledger {

/// One step of a permit, as Change has it: a new one, or what becomes of one. `change` runs on the writer's thread, on
/// the permit as it is then, so that of two steps at once neither undoes the other; an error of it is the step's.
struct PermitStep {
  std::optional<Permit> add = {};  ///< its id is given by the ledger
  std::string id = {};
  std::function<Result<Permit>(Permit)> change = {};
};

/// All of them, oldest first. One that can't be read is an error: it may be under way.
Result<std::vector<Permit>> read_permits(Database& database);

/// Makes that step; the permit as it is after it. "too_many": there are max_permits that are not over. "not_found":
/// there is none of that id.
Result<Permit> step_permit(Database& database, const PermitStep& step);

}  // namespace guardd::ledger
