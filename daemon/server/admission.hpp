// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>

namespace guardd {

/// How many connections there may be at once.
struct ConnectionLimits {
  std::size_t total = 256;
  std::size_t reserved = 32;  ///< of `total`, for root and guardd's own user alone
  std::size_t per_uid = 64;   ///< for everybody else
};

/// Counts connections, so that no user can take the places of others.
class Admission {
 public:
  explicit Admission(ConnectionLimits limits) : limits_(limits) {}

  /// True when one more may be served; it is to be given back with leave().
  [[nodiscard]] bool enter(uid_t uid, bool owner);
  void leave(uid_t uid);
  [[nodiscard]] std::size_t size() const { return total_; }

 private:
  ConnectionLimits limits_;
  std::size_t total_ = 0;
  std::map<uid_t, std::size_t> by_uid_;
};

}  // namespace guardd
