// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>

namespace guardd {

/// How often each ordinary user may ask: every answer leaves a record, and nobody may make a database's disk busy with
/// them. A token bucket for each uid.
class RateLimit {
 public:
  struct Rates {
    std::int64_t burst = 20;          ///< questions at once
    std::int64_t refill_ms = 1000;    ///< for one more
    std::size_t most_callers = 4096;  ///< uids that are kept in mind; those who have not asked for long are forgotten
  };
  explicit RateLimit(Rates rates) : rates_(rates) {}

  /// True where this uid may ask now. `now_ms` never goes back.
  bool take(uid_t uid, std::int64_t now_ms);

 private:
  void forget_the_rested(std::int64_t now_ms);

  Rates rates_;
  std::map<uid_t, std::int64_t> full_at_ms_;  ///< when the uid's bucket will be full again
};

}  // namespace guardd
