// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/audit.hpp"
#include "core/permit.hpp"
#include "core/request.hpp"
#include "daemon/permits/permits.hpp"
#include "daemon/server/caller.hpp"
#include "gate/start_intents.hpp"

namespace guardd {

/// One request, while it is decided.
struct Permits::Asked {
  CheckRequest question;
  Caller caller;
  Actor actor;
  std::int64_t boot_ms = 0;
  Permit requested;  ///< its mirror: guardd's own, so that it is of nobody's when guardd dies
  Permit wanted;
  std::vector<gate::FiledIntent> starts;  ///< that were let through before, and may still be about to start
  std::optional<Permit> granted;
};

}  // namespace guardd
