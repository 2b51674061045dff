// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

/// What the whole host is asked about where nobody names a target: wiping is always about targets.
inline constexpr std::array whole_host_operations{Operation::reinstall, Operation::reboot};
CheckRequest whole_host(Operation operation);

Verdict check(const Basis& basis, const CheckRequest& request, const Identity& identity);

/// What should be mended and makes no verdict unknown.
struct Problems {
  std::vector<std::string> policy;
  std::string ledger;
};

/// GET /v1/status: what the host holds, and what each operation on the whole of it would get.
nlohmann::json status_json(const Basis& basis, const Problems& problems, const Identity& identity, Detail detail);

/// For `systemctl status`: "reinstall: refuse, reboot: allow".
std::string one_line_status(const Basis& basis, const Identity& identity);

/// Why the host may not go down now, for logind's inhibitor; empty where policy does not refuse it.
std::string why_no_reboot(const Basis& basis, const Identity& identity);

/// GET /v1/policy: the merged policy, for those who may see everything.
nlohmann::json policy_json(const Policy& policy, const std::vector<std::string>& problems);

}  // namespace guardd
