// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/ledger.hpp"
#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/snapshot.hpp"
#include "core/verdict.hpp"

namespace guardd {

struct Now {
  std::int64_t boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds
  /// When the question was asked, on the same clock. A look may begin no earlier than the policy's freshness before
  /// that; how long the look then took does not make it stale.
  std::int64_t asked_boot_ms = 0;
  std::int64_t wall_s = 0;  ///< CLOCK_REALTIME, seconds since the epoch
};

/// The decision. Pure: the same arguments give the same verdict. The union of every refusal; allow only when there is
/// none and every inspector that policy requires was ok in a look that is fresh enough.
Verdict decide(const Snapshot& snapshot, const Policy& policy, const Ledger& ledger, const CheckRequest& request,
               Now now);

/// The block devices of a wipe's targets with all that stands on them: those whose claims (Snapshot::claims) make the
/// verdict sharper. Empty for every other operation.
std::vector<DeviceNumber> devices_to_claim(const Snapshot& snapshot, const CheckRequest& request);

}  // namespace guardd
