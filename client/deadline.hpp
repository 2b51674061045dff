// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace guardd::client {

/// One end for a whole exchange, however many system calls it takes. On CLOCK_MONOTONIC (libstdc++'s steady_clock).
class Deadline {
 public:
  explicit Deadline(std::chrono::nanoseconds from_now) : end_(std::chrono::steady_clock::now() + from_now) {}

  [[nodiscard]] std::chrono::nanoseconds left() const {
    return std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds(end_ - std::chrono::steady_clock::now()));
  }
  [[nodiscard]] bool over() const { return left().count() == 0; }
  /// For poll(2): rounded up, so that a wait never turns into a spin over the last millisecond.
  [[nodiscard]] int poll_ms() const {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left()).count();
    return static_cast<int>(std::min<decltype(ms)>(ms, std::numeric_limits<int>::max()));
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Sleeps without a descriptor; a signal ends it early.
inline void pause_for(std::chrono::nanoseconds time) { ::poll(nullptr, 0, Deadline(time).poll_ms()); }

}  // namespace guardd::client
