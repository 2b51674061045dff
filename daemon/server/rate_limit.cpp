// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/rate_limit.hpp"

#include <algorithm>

namespace guardd {

bool RateLimit::take(uid_t uid, std::int64_t now_ms) {
  const auto found = full_at_ms_.find(uid);
  if (found == full_at_ms_.end() && full_at_ms_.size() >= rates_.most_callers) {
    forget_the_rested(now_ms);
    if (full_at_ms_.size() >= rates_.most_callers) return false;
  }
  const std::int64_t full_at = found == full_at_ms_.end() ? now_ms : std::max(found->second, now_ms);
  const std::int64_t then = full_at + rates_.refill_ms;
  if (then - now_ms > rates_.burst * rates_.refill_ms) return false;
  full_at_ms_[uid] = then;
  return true;
}

void RateLimit::forget_the_rested(std::int64_t now_ms) {
  std::erase_if(full_at_ms_, [&](const auto& one) { return one.second <= now_ms; });
}

}  // namespace guardd
