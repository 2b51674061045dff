// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "core/facts.hpp"

namespace guardd {

/// A device node, by its number and whatever it is called. Ordered, as a key.
struct DeviceNode {
  bool character = false;
  DeviceNumber number;
  auto operator<=>(const DeviceNode&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's false alarm
};

/// What the kernel holds: each node with its disk's sequence number, 0 where it has none.
using SealEntries = std::map<DeviceNode, std::uint64_t>;

}  // namespace guardd
