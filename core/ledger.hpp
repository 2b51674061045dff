// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dataset_memory.hpp"
#include "core/known.hpp"
#include "core/operation.hpp"
#include "core/override.hpp"
#include "core/permit.hpp"
#include "core/release.hpp"
#include "core/request.hpp"
#include "core/start_intent.hpp"

namespace guardd {

/// An operator's "not now".
struct Hold {
  std::string id;
  Operation operation = Operation::reinstall;
  std::vector<Target> targets;  ///< empty: the whole host, and so every target
  std::string reason;
  std::string by;
  std::int64_t added_s = 0;             ///< seconds since the epoch
  std::optional<std::int64_t> until_s;  ///< seconds since the epoch; lapses then
};

/// What people decided, as far as a decision needs it.
struct Ledger {
  /// Not known: it could not be read or written, and no verdict can be an allow.
  Known<bool> readable = true;
  /// Not empty: the ledger on disk is not the one that was here before, and no verdict can be an allow until an
  /// operator has adopted it.
  std::string lost;
  /// The latest time that a record of it bears, seconds since the epoch. A wall clock behind it was set back.
  std::int64_t latest_s = 0;
  std::vector<Hold> holds;
  std::vector<DatasetMemory> memories;
  std::vector<Release> releases;
  std::vector<Override> overrides;
  std::vector<Permit> permits;
  std::vector<StartIntent> starts;  ///< gated services that are about to start; never stored in it
};

/// Whether a hold is over. Not by a clock that was set back: then what holds, holds.
inline bool has_lapsed(const Hold& hold, const Ledger& ledger, std::int64_t wall_s) {
  return hold.until_s && *hold.until_s <= wall_s && wall_s >= ledger.latest_s;
}

}  // namespace guardd
