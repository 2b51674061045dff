// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace guardd {

/// CLOCK_BOOTTIME in milliseconds: goes on in suspend, nobody can set it.
std::int64_t boot_now_ms();
/// CLOCK_REALTIME in seconds since the epoch.
std::int64_t wall_now_s();
/// CLOCK_MONOTONIC in microseconds, for durations.
std::int64_t monotonic_now_us();

}  // namespace guardd
