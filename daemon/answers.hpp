// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/decide.hpp"
#include "core/wire.hpp"

namespace guardd {

/// What all answers of one daemon have in common.
struct Identity {
  std::string instance;  ///< "system" or "private"
  std::string version;
};

/// Everything that an answer is made of.
struct Basis {
  const Snapshot& snapshot;
  const Policy& policy;
  const Ledger& ledger;
  Now now;
};

Verdict check(const Basis& basis, const CheckRequest& request, const Identity& identity);

/// What should be mended and makes no verdict unknown.
struct Problems {
  std::vector<std::string> policy;
  std::string ledger;
};

/// GET /v1/status: what the host holds, and what each operation on the whole of it would get.
nlohmann::json status_json(const Basis& basis, const Problems& problems, const Identity& identity, Detail detail);

/// GET /v1/policy: the merged policy, for those who may see everything.
nlohmann::json policy_json(const Policy& policy, const std::vector<std::string>& problems);

}  // namespace guardd
