// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace guardd {

/// How much the kernel had told up to some moment. What it told since then is the difference.
struct NewsCount {
  std::uint64_t programs = 0;
  std::uint64_t changes = 0;  ///< of mounts, devices and ends, and losses
  std::uint64_t losses = 0;   ///< of messages
};

}  // namespace guardd
