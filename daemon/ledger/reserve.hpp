// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "os/fd.hpp"

namespace guardd::ledger {

/// Space on the disk that is kept for what has to be recorded when the disk is full: a file that holds its place. Best
/// effort: where it can't be had there is none, and a full disk is full.
class Reserve {
 public:
  static constexpr std::int64_t full_bytes = std::int64_t{1024} * 1024;
  /// What stays free beside it, or it is not taken: on a small filesystem it must not be what fills it.
  static constexpr std::int64_t headroom_bytes = std::int64_t{4} * 1024 * 1024;
  /// In what steps as much is taken back as is left.
  static constexpr std::int64_t step_bytes = std::int64_t{64} * 1024;

  /// "STATE_DIRECTORY/ledger.reserve", made where it is missing. Holds nothing yet but what it held before.
  explicit Reserve(const std::string& state_directory);

  /// Takes back as much as is left of what was given up last; and all of it, where there is room enough.
  void take();
  /// Gives all of it back to the disk; false where there was nothing.
  bool give_up();

  [[nodiscard]] std::int64_t held() const { return held_; }

 private:
  Fd file_;
  std::int64_t held_ = 0;
  std::int64_t given_up_ = 0;  ///< and not tried to have back yet
};

}  // namespace guardd::ledger
