// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/verdict.hpp"

namespace guardd {

/// Who did what an audit record tells of: as the kernel says, not as the caller does.
struct Actor {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::string exe;                         ///< empty where it could not be read
  std::string unit;                        ///< systemd unit of its cgroup, or empty
  std::optional<std::uint32_t> session;    ///< /proc/PID/sessionid, as the kernel's audit has it; none outside a login
  std::optional<std::uint32_t> login_uid;  ///< /proc/PID/loginuid: who logged in, whatever he became by sudo or su
  bool operator==(const Actor&) const = default;
};

/// One thing that happened, before it has a place in the chain.
struct AuditRecord {
  std::int64_t wall_s = 0;  ///< CLOCK_REALTIME, seconds since the epoch
  /// "verdict", "status", "hold.added", "hold.removed", "override.requested", "override.applied", "override.refused",
  /// "permit.granted" and so on for each of its states, "adopted", "started", "left_out", "rotated"
  std::string kind;
  std::optional<Actor> actor;                      ///< none: guardd itself
  nlohmann::json what = nlohmann::json::object();  ///< members of its own for each kind
};

/// A place in the audit trail: a record's number, and the hash of it and all before.
struct AuditHead {
  std::int64_t seq = 0;
  std::string hash;
};

/// Which records somebody wants to see.
struct AuditQuery {
  std::optional<std::int64_t> after;  ///< ascending from the record behind this one; absent: the last ones
  std::int64_t since_s = 0;           ///< not older than this, seconds since the epoch
  std::string operation = {};         ///< empty: any
  std::string verdict = {};           ///< empty: any
  std::int64_t limit = 100;
};
inline constexpr std::int64_t max_audit_page = 1000;  ///< the largest limit

/// How to see what the journal was told of the trail (daemon/journal.hpp), for messages.
inline constexpr std::string_view journal_hint =
    "journalctl -t guardd -o verbose --output-fields=GUARDD_SEQ,GUARDD_HASH";

/// What a verdict's record says: operation, scope, targets, verdict, codes, what was lifted, and the generations that
/// it was made from.
nlohmann::json audit_of(const Verdict& verdict);

/// The record as it is stored, hashed and shown: members in alphabetical order, texts safe to print.
nlohmann::json audit_json(const AuditRecord& record, std::int64_t seq);

/// What such a record tells, for people, in one line without its time and number. What a member is not, or lacks, is
/// left out.
std::string audit_line(const nlohmann::json& record);

}  // namespace guardd
