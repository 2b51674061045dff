// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/decide.hpp"

namespace guardd::test {

/// One file of tests/scenarios: bare-host.json's snapshot, with "patch" merged into it (RFC 7396) and the lists of
/// "add" appended; "now" where it is another time; the shipped policies and the scenario's own; a question; what must
/// come out.
struct Scenario {
  std::string name;
  Snapshot snapshot;
  Policy policy;
  Ledger ledger;
  CheckRequest request;
  Now now;
  nlohmann::json add;  ///< the facts that it adds to the bare host
  nlohmann::json want;

  [[nodiscard]] Verdict decide() const { return guardd::decide(snapshot, policy, ledger, request, now); }
};

/// Read once; throws on a file that is wrong.
const std::vector<Scenario>& load_scenarios();

/// `snapshot` with the lists of `more` appended; all else of `more` is left.
Snapshot with_facts(Snapshot snapshot, const Snapshot& more);

/// The reason codes of a verdict, sorted.
std::vector<std::string> codes(const Verdict& verdict);

}  // namespace guardd::test
