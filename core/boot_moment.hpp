// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace guardd {

/// A moment that no wall clock can bend.
struct BootMoment {
  std::string boot_id;
  std::int64_t boot_ms = 0;  ///< CLOCK_BOOTTIME, milliseconds
};

}  // namespace guardd
