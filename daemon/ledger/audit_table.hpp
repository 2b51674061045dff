// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/audit.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// The audit trail in the ledger's file: records that are numbered without gaps, each with the hash of itself and of
/// the one before. Errors: "ledger.failed".
namespace guardd::ledger {

/// The last record of the trail, or where it begins.
Result<AuditHead> read_head(Database& database);
/// What the first record that is still there follows.
Result<AuditHead> read_base(Database& database);

/// Writes the record behind `head`; the new head.
Result<AuditHead> append_record(Database& database, const AuditHead& head, const AuditRecord& record);

/// Records that the trail may have; when there are more, the oldest quarter goes. What is left follows the last of
/// those that went, so the chain holds.
inline constexpr std::int64_t max_records = 200'000;
/// How many records went; none where there is room.
Result<std::int64_t> rotate(Database& database, const AuditHead& head, std::int64_t most = max_records);

/// An array of records, each as it was stored, with its "hash"; ascending.
Result<nlohmann::json> read_records(Database& database, const AuditQuery& query);

/// What a check of a part of the chain found.
struct ChainCheck {
  AuditHead last;       ///< the last record that was right
  bool ended = false;   ///< there is none behind it
  std::string problem;  ///< which record is wrong and how; then `last` is the one before it
};
/// Checks up to `limit` records behind `from`, which is right. From the start: a AuditHead{} with an empty hash.
Result<ChainCheck> check_chain(Database& database, const AuditHead& from, std::int64_t limit);

}  // namespace guardd::ledger
