// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ledger.hpp"
#include "daemon/answers.hpp"
#include "daemon/worker/looker.hpp"
#include "os/clock.hpp"

namespace guardd {

/// A look as somebody would have been answered who asked when it began: for what is shown of the last look, however old
/// it is, and never for an answer. Refers to both arguments.
inline Basis as_of_its_begin(const Looked& looked, const Ledger& ledger) {
  const Now now{.boot_ms = boot_now_ms(), .asked_boot_ms = looked.snapshot->began_boot_ms, .wall_s = wall_now_s()};
  return {*looked.snapshot, *looked.policy, ledger, now};
}

}  // namespace guardd
