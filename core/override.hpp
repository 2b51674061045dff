// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/approval.hpp"
#include "core/boot_moment.hpp"
#include "core/operation.hpp"
#include "core/request.hpp"
#include "core/result.hpp"

namespace guardd {

/// Where an override stands. Expired is what time makes of a requested or applied one; it is stored nowhere.
enum class OverrideState { requested, applied, spent, expired };
std::string_view to_string(OverrideState state);

/// The break-glass: people answer for one operation on one scope, or for the release of one dataset whose history does
/// not speak for it, once, in this boot, for a short time.
struct Override {
  std::string id;  ///< "o1"; given by the ledger
  Operation operation = Operation::reinstall;
  bool whole_host = false;
  std::vector<Target> targets;  ///< never empty unless whole_host, or of a dataset
  std::string dataset;          ///< Dataset::id; not empty: of its release, and of no operation
  std::string dataset_name;     ///< for people: "mysql at /var/lib/mysql"
  std::string reason;
  std::string by;  ///< who requested it

  std::string nonce;  ///< known to who requested it and who approves, and shown to nobody else
  std::string host;   ///< hostname when it was requested
  std::string machine_id;
  std::string boot_id;
  std::int64_t requested_s = 0;        ///< CLOCK_REALTIME, seconds since the epoch: for people
  std::int64_t requested_boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds
  std::int64_t expires_boot_ms = 0;    ///< on the same clock; not valid any more from then on

  OverrideState state = OverrideState::requested;
  std::vector<Approval> approvals;  ///< of one that was applied
  std::string applied_by;           ///< who brought the approvals
  bool operator==(const Override&) const = default;
};

/// What it is now: of another boot, or beyond its time, it is expired unless it was spent before.
OverrideState state_at(const Override& override_, const BootMoment& now);

/// "reinstall"; "release" where it is of a dataset.
std::string_view operation_name(const Override& override_);

/// What its approvers sign.
Challenge challenge_of(const Override& override_);

/// Whether it is about exactly this and no release: the same operation, and the whole host or the same targets, each by
/// path, kind, device number and inode. How a namespace numbers its mounts does not matter, nor how often or in which
/// order the targets are named.
bool is_about(const Override& override_, const CheckRequest& request);

/// One that admits the release of this dataset now, on this machine; null: there is none.
const Override* approval_of_release(const std::vector<Override>& overrides, std::string_view dataset,
                                    std::string_view machine_id, const BootMoment& now);

/// "override o1, approved by ann and bob: the data is gone already"
std::string describe(const Override& override_);

/// The override with these approvals. Error "conflict": it is no requested one (any more).
Result<Override> apply(Override override_, std::vector<Approval> approvals, std::string by);

/// The override after it has admitted its operation. Error "conflict": it is no applied one (any more).
Result<Override> spend(Override override_);

/// These with one of them as it was before: the allow that spent it is weighed once more, and not against that.
std::vector<Override> with_unspent(std::vector<Override> overrides, const std::vector<Override>& before,
                                   std::string_view id);

/// Why somebody who types `nonce` and `host` may not apply it; empty: he may.
std::string why_not_typed(const Override& override_, std::string_view nonce, std::string_view host);

}  // namespace guardd
