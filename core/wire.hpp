// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/result.hpp"
#include "core/snapshot.hpp"
#include "core/strict_json.hpp"
#include "core/verdict.hpp"

/// The wire format of docs/openapi.yaml, both directions.
namespace guardd {

inline constexpr JsonLimits request_limits{.bytes = 64 * 1024, .depth = 8, .values = 4096};
inline constexpr JsonLimits answer_limits{.bytes = 8 * 1024 * 1024, .depth = 16, .values = 400'000};
inline constexpr std::size_t max_targets = 256;

/// How much of an answer its reader may see.
enum class Detail {
  full,     ///< root and the operators' group
  summary,  ///< everybody else: verdict, codes and services; no paths, pids or programs of other users
};

Result<CheckRequest> parse_check_request(std::string_view body);
nlohmann::json to_json(const CheckRequest& request);

nlohmann::json to_json(const Verdict& verdict, Detail detail);
nlohmann::json to_json(const Dataset& dataset, Detail detail);
nlohmann::json to_json(const InspectorReport& report, Detail detail);

/// A verdict as a client takes it from an answer: only what a complete, well-formed answer had.
struct Answer {
  Operation operation = Operation::reinstall;
  bool whole_host = false;
  std::vector<std::string> target_paths;
  Outcome outcome = Outcome::unknown;
  std::string boot_id;
  std::string instance;
  nlohmann::json document;  ///< the whole answer
};
/// Strict about what a client's exit status depends on; tolerant of additional members.
Result<Answer> parse_answer(std::string_view body);

nlohmann::json error_json(std::string_view code, std::string_view message);

}  // namespace guardd
