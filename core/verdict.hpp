// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset.hpp"
#include "core/facts.hpp"
#include "core/request.hpp"

namespace guardd {

/// One thing seen that weighs, for the reader of an answer.
struct Evidence {
  std::string inspector;
  std::optional<std::int32_t> pid;
  std::string exe;
  std::string file;
  std::string detail;
};

/// Why the verdict is not an allow. `code` is from the closed list in docs/reasons.md.
struct Reason {
  std::string code;
  std::string rule;  ///< the policy rule's id; "builtin" for what no policy can change
  std::string message;
  std::string remedy;
  std::optional<Dataset> dataset;
  std::vector<Evidence> evidence;
  Outcome outcome = Outcome::refuse;  ///< refuse or unknown
};

/// A reason that did not count, and what lifted it.
struct Lifted {
  Reason reason;
  std::string by;  ///< "exception in FILE: its reason", "override o1, approved by ann and bob: its reason"
};

struct Verdict {
  CheckRequest request;
  Outcome outcome = Outcome::unknown;
  std::vector<Reason> reasons;  ///< strongest first; empty exactly when allow
  std::vector<Lifted> lifted;
  std::string override_id;  ///< of the override that lifted something; an allow spends it. Empty: none did

  HostFact host;
  std::string instance;  ///< "system" or "private"
  std::uint64_t snapshot_generation = 0;
  std::int64_t snapshot_age_ms = 0;  ///< from the start of the look to the answer
  std::vector<InspectorReport> inspectors;
  std::uint64_t policy_generation = 0;
  std::string policy_digest;
};

}  // namespace guardd
