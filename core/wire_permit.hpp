// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/permit.hpp"
#include "core/request.hpp"
#include "core/result.hpp"
#include "core/start_intent.hpp"

namespace guardd {

inline constexpr std::size_t max_permits = 100;  ///< that are kept, under way and over

/// The body of POST /v1/permits: operation, scope, targets and expect_host as of a check, and what follows.
struct PermitRequest {
  CheckRequest question;
  std::string reason;           ///< for people; may be empty
  bool has_command = false;     ///< the caller itself will run a command in a cgroup of its own
  std::int32_t holder_pid = 0;  ///< of the process that holds it; 0: the caller itself
  std::int64_t valid_s = default_valid_s;
};
/// Every target is one that the caller resolved, as of an override. Error codes as parse_check_request's.
Result<PermitRequest> parse_permit_request(std::string_view body);
nlohmann::json permit_request_json(const PermitRequest& request);

/// The body of POST /v1/permits/{id}/begin: {"pid": N}, a process that waits in the command's cgroup.
Result<std::int32_t> parse_begin(std::string_view body);
nlohmann::json begin_json(std::int32_t pid);

/// The body of DELETE /v1/permits/{id}: how what ran has ended (0 where nothing is said), or why somebody says that
/// what an interrupted operation left is whole, or gone for good.
struct PermitEnd {
  std::optional<int> exit_status;  ///< 128 + N where signal N ended the command
  std::string reason;
};
Result<PermitEnd> parse_permit_end(std::string_view body);
nlohmann::json permit_end_json(const PermitEnd& end);

/// A permit as answers, events and the audit trail show it, safe to print.
nlohmann::json to_json(const Permit& permit);

/// All of a permit but its id, as the ledger keeps it, and back: strict. Error code "bad_record".
nlohmann::json permit_record(const Permit& permit);
Result<Permit> parse_permit_record(std::string_view text);

/// What everybody may know of a permit, and the gate needs: no targets, no reason, no names. With its id, and back.
nlohmann::json mirror_json(const Permit& permit);
Result<Permit> parse_mirror(std::string_view text);

nlohmann::json start_intent_json(const StartIntent& intent);
Result<StartIntent> parse_start_intent(std::string_view text);

}  // namespace guardd
