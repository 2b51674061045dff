// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/known.hpp"
#include "core/operation.hpp"

namespace guardd {

/// An operator's "not now".
struct Hold {
  std::string id;
  Operation operation = Operation::reinstall;
  std::string reason;
  std::string by;
  std::optional<std::int64_t> until_s;  ///< seconds since the epoch
};

/// What people decided and what each dataset's past was, as far as a decision needs it. decide() takes it from the
/// start; until it is stored, it is empty and known to be so.
struct Ledger {
  /// Not known: it could not be read, and no verdict can be an allow.
  Known<bool> readable = true;
  std::vector<Hold> holds;
};

}  // namespace guardd
