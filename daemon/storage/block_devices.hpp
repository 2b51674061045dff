// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

inline constexpr std::size_t max_block_devices = 65'536;

/// "8:16" with or without a newline, as sysfs's `dev` files have it.
std::optional<DeviceNumber> parse_device_number(std::string_view text);

/// The block devices in /sys/class/block, by name; sysfs(5) and Documentation/ABI/stable/sysfs-block of the kernel.
/// Without swap and backing_devices, which need the mounts. A device that goes away meanwhile is left out; what can't
/// be read adds a problem.
std::vector<BlockDeviceFact> read_block_devices(const HostRoot& root, std::vector<std::string>& problems);

/// The entries of a directory of sysfs or /dev but "." and "..", sorted; "enoent" when there is none such.
Result<std::vector<std::string>> list_names(const std::string& directory, std::size_t limit);

}  // namespace guardd
