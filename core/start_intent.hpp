// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/permit.hpp"

namespace guardd {

/// A gated service is about to start: its gate has let it through, and nothing shows yet that it runs.
struct StartIntent {
  std::string service;  ///< as its gate was told
  std::string unit;     ///< the systemd unit whose ExecStartPre ran check-start; empty: something else ran it
  PermitHolder caller;  ///< what ran check-start: systemd itself where there is a unit
  std::string boot_id;
  std::int64_t boot_ms = 0;  ///< CLOCK_BOOTTIME when it was let through
  bool operator==(const StartIntent&) const = default;
};

}  // namespace guardd
