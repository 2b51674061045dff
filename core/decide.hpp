// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/ledger.hpp"
#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/snapshot.hpp"
#include "core/verdict.hpp"

namespace guardd {

struct Now {
  std::int64_t boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds
  std::int64_t wall_s = 0;   ///< CLOCK_REALTIME, seconds since the epoch
};

/// The decision. Pure: the same arguments give the same verdict. The union of every refusal; allow only when there is none
/// and every inspector that policy requires was ok in a look that is fresh enough.
Verdict decide(const Snapshot& snapshot, const Policy& policy, const Ledger& ledger, const CheckRequest& request, Now now);

}  // namespace guardd
