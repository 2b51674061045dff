// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace guardd::client {

/// Says on standard error that something takes long, and for how long it has: on a terminal only, and not before it has
/// taken a moment. Whoever writes anything erases it first.
class Spinner {
 public:
  /// `wanted` is false where nothing is to be said at all.
  explicit Spinner(bool wanted);
  ~Spinner() { stop(); }
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;

  /// The time counts from now, unless something is under way already; true when it was not.
  bool start(std::string what);
  /// Off the screen, and no longer under way.
  void stop();
  /// Off the screen until its next turn.
  void erase();
  /// From now on nothing is said: the screen is another one's.
  void be_still();

  /// Draws what is due. Returns how long poll(2) may wait until the next turn: at most `wait_ms`.
  int turn(int wait_ms);
  /// Sleeps, turning. A signal ends it early.
  void pause_for(std::chrono::nanoseconds time);

 private:
  using Clock = std::chrono::steady_clock;

  bool wanted_;
  std::string what_;
  Clock::time_point began_;
  Clock::time_point due_;
  unsigned turns_ = 0;
  bool drawn_ = false;
};

}  // namespace guardd::client
