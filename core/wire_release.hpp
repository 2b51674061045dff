// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset_memory.hpp"
#include "core/ledger.hpp"
#include "core/release.hpp"
#include "core/request.hpp"
#include "core/result.hpp"

namespace guardd {

/// What an operator wants to be released: one dataset by its id, or all that lie at a path or on a device.
struct ReleaseRequest {
  std::string dataset;
  std::vector<Target> targets;  ///< one, where there is no dataset
  std::string reason;
};

/// The body of POST /v1/releases: "dataset" or "targets" with one target, and "reason". Error codes as
/// parse_check_request's.
Result<ReleaseRequest> parse_release_request(std::string_view body);
/// The body that parse_release_request reads.
nlohmann::json release_request_json(const ReleaseRequest& request);

/// A release as answers and the audit trail show it, safe to print.
nlohmann::json release_json(const Release& release);
nlohmann::json releases_json(const Ledger& ledger);

/// What is remembered of a dataset, as the status shows it.
nlohmann::json memory_json(const DatasetMemory& memory);

}  // namespace guardd
