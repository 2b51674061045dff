// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/operation.hpp"
#include "core/wire.hpp"
#include "daemon/aged_text.hpp"

namespace guardd {

/// What an answer was made of, by the numbers that each of them has for itself.
struct Grounds {
  std::uint64_t snapshot = 0;        ///< Snapshot::generation
  std::uint64_t policy = 0;          ///< Policy::generation
  std::uint64_t ledger_changes = 0;  ///< Keeper::changes
  std::string problems = {};         ///< that the answer tells of
  bool operator==(const Grounds&) const = default;
};

/// Answers given a moment ago, for those who ask the same on the same grounds: asking again costs a lookup. What is
/// kept opens nothing: refusals, and the status, which nobody acts upon. An allow is decided, and recorded, each time.
class RecentAnswers {
 public:
  struct Answer {
    AgedText text;
    nlohmann::json record = {};  ///< what the audit trail tells of it
  };
  /// Time alone changes an answer too: a hold, a permit or an exception ends. So late may that show.
  static constexpr std::int64_t longest_ms = 100;

  /// None where nobody asked lately, or the grounds have changed. `operation`: of the whole host; absent: the status.
  [[nodiscard]] const Answer* find(std::optional<Operation> operation, Detail detail, const Grounds& grounds,
                                   std::int64_t boot_ms) const;
  void keep(std::optional<Operation> operation, Detail detail, Grounds grounds, std::int64_t boot_ms, Answer answer);

 private:
  struct Kept {
    Grounds grounds;
    std::int64_t boot_ms;
    Answer answer;
  };
  /// By Detail, and by Operation with the status behind them.
  std::array<std::array<std::optional<Kept>, 4>, 2> kept_;
};

}  // namespace guardd
