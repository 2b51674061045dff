// SPDX-License-Identifier: Apache-2.0
#include "os/clock.hpp"

#include <ctime>

namespace guardd {
namespace {

timespec now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);  // cannot fail for these clocks: clock_gettime(2)
  return time;
}

}  // namespace

std::int64_t boot_now_ms() {
  const timespec time = now(CLOCK_BOOTTIME);
  return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

std::int64_t wall_now_s() { return now(CLOCK_REALTIME).tv_sec; }

std::int64_t monotonic_now_us() {
  const timespec time = now(CLOCK_MONOTONIC);
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

}  // namespace guardd
