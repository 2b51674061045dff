// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/override.hpp"
#include "core/result.hpp"

namespace guardd {

inline constexpr std::size_t max_overrides = 100;  ///< that are kept, in force and over
inline constexpr std::size_t max_signatures = 16;  ///< in one approval; each has ObjectReader::max_text bytes at most

/// The body of POST /v1/overrides: operation, scope and targets as of a check, or a dataset; and a reason. Every target
/// is one that the caller resolved, so that its number is approved with its name. The rest is for guardd to say. Error
/// codes as parse_check_request's.
Result<Override> parse_override_request(std::string_view body);
/// The body that parse_override_request reads.
nlohmann::json override_request_json(const Override& wanted);

/// How an override is approved: by signatures over its challenge, or, where there are none, by typing what it asks for.
struct Proof {
  std::vector<std::string> signatures;  ///< of ssh-keygen(1), armoured
  std::string nonce;
  std::string host;
};
/// The body of POST /v1/overrides/{id}/apply. Either signatures, or nonce and host. Error codes as
/// parse_check_request's.
Result<Proof> parse_proof(std::string_view body);
/// The body that parse_proof reads.
nlohmann::json proof_json(const Proof& proof);

/// An override as answers and the audit trail show it, safe to print, without its nonce.
nlohmann::json to_json(const Override& override_, OverrideState state);

/// All of an override but its id, as the ledger keeps it, and back: strict. Error code "bad_record".
nlohmann::json override_record(const Override& override_);
Result<Override> parse_override_record(std::string_view text);

}  // namespace guardd
