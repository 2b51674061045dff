// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace guardd {

/// How long guardd waits for its next round. After a change rounds follow each other, further and further apart, until
/// they are the calm ones again: a database that was started opens its files, recovers and finds its role.
class Pace {
 public:
  using Time = std::chrono::milliseconds;
  static constexpr Time soonest{100};
  static constexpr int slower = 4;
  /// Where the kernel does not tell of every kind of change, calm rounds come so many times as often.
  static constexpr int deaf = 2;
  /// Calm rounds take no more than one part in so many of the time: of an idle host, where the kernel tells of changes.
  static constexpr int parts_told = 1000;
  static constexpr int parts_deaf = 100;
  /// Though where a look takes that long that it would be later than this, it comes then.
  static constexpr Time longest_calm = std::chrono::minutes(10);

  explicit Pace(Time calm) : calm_(calm) {}

  /// Something has changed.
  void hasten() { next_ = soonest; }
  /// Until the round after the one that was just made, which took `took`.
  [[nodiscard]] Time next(bool all_tell, Time took) {
    const Time calm = all_tell ? calm_ : calm_ / deaf;
    const Time longest = std::max(calm, std::min(longest_calm, (all_tell ? parts_told : parts_deaf) * took));
    return std::min(longest, std::exchange(next_, next_ >= calm_ ? longest_of_all : next_ * slower));
  }

 private:
  static constexpr Time longest_of_all = std::chrono::hours(24);

  Time calm_;
  Time next_ = soonest;
};

}  // namespace guardd
