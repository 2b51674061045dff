// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dataset.hpp"
#include "core/request.hpp"
#include "core/result.hpp"
#include "core/snapshot.hpp"
#include "core/strict_json.hpp"
#include "core/verdict.hpp"

/// The wire format of docs/openapi.yaml, both directions. What comes from the host (paths, programs, messages) goes
/// through printable() here and only here: who fills a Verdict leaves the bytes as they are.
namespace guardd {

inline constexpr JsonLimits request_limits{.bytes = std::size_t{64} * 1024, .depth = 8, .values = 4096};
inline constexpr JsonLimits answer_limits{.bytes = std::size_t{8} * 1024 * 1024, .depth = 16, .values = 400'000};
/// Of what the ledger keeps of a request: that, and a few names; of a permit also what was lifted for it.
inline constexpr JsonLimits record_limits{.bytes = std::size_t{512} * 1024, .depth = 8, .values = 16'384};
inline constexpr std::int64_t last_second = 253'402'300'799;  ///< of the year 9999
inline constexpr std::size_t max_targets = 256;

/// How much of an answer its reader may see.
enum class Detail {
  full,     ///< root and the operators' group
  summary,  ///< everybody else: verdict, codes and services; no paths, pids or programs of other users
};

/// Error codes: "bad_json", "bad_request", "too_large".
Result<CheckRequest> parse_check_request(std::string_view body);
/// The body that parse_check_request reads. A path that is no UTF-8 can't be said in JSON: to_text() would make it
/// another path, so the client must refuse to ask about it.
nlohmann::json to_json(const CheckRequest& request);

nlohmann::json to_json(const Verdict& verdict, Detail detail);
nlohmann::json to_json(const Dataset& dataset, Detail detail);
nlohmann::json to_json(const InspectorReport& report, Detail detail);

/// A verdict as a client takes it from an answer: only what a complete, well-formed answer had.
struct Answer {
  Operation operation = Operation::reinstall;
  bool whole_host = false;
  std::vector<std::string> target_paths;  ///< byte for byte as the request had them
  Outcome outcome = Outcome::unknown;
  std::string boot_id;
  std::string instance;
  nlohmann::json document;  ///< the whole answer
};
/// Strict about what a client's exit status depends on; tolerant of additional members. Error code: "bad_answer".
Result<Answer> parse_answer(std::string_view body);

nlohmann::json error_json(std::string_view code, std::string_view message);
/// What an error_json() says, both strings safe to print; none where the body is none.
std::optional<Error> parse_error(std::string_view body);

}  // namespace guardd
