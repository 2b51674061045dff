// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace guardd {

/// What guardd may spend on looks that nobody asked for: a share of one core, saved up for a while. Pure: time is
/// passed in.
class Effort {
 public:
  using Time = std::chrono::milliseconds;  ///< since any fixed moment

  /// Saved up is `burst` at most, which is there at the beginning.
  Effort(int percent, Time burst) : percent_(percent), burst_us_(burst), left_us_(burst_us_) {}

  /// How long until something may be spent; 0 where it may right now.
  [[nodiscard]] Time wait(Time now) {
    save(now);
    if (left_us_ > Micro{0}) return Time{0};
    return std::chrono::duration_cast<Time>((Micro{1000} - left_us_) * whole / percent_);
  }
  /// May be more than there was: then the next one waits for longer.
  void spend(Time now, Time work) {
    save(now);
    left_us_ -= work;
  }

 private:
  using Micro = std::chrono::microseconds;
  static constexpr int whole = 100;

  void save(Time now) {
    if (now > saved_until_) left_us_ = std::min(burst_us_, left_us_ + Micro(now - saved_until_) * percent_ / whole);
    saved_until_ = std::max(saved_until_, now);
  }

  int percent_;
  Micro burst_us_;
  Micro left_us_;
  Time saved_until_{0};
};

}  // namespace guardd
