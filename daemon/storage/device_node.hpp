// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"

namespace guardd {

/// Opens the node in /dev of a block device, read-only, by the name that sysfs has for it (which writes '/' as '!').
/// What is there and is not that device is never opened: "bad_node". `flags` are added to O_RDONLY, O_NONBLOCK and
/// O_CLOEXEC.
Result<Fd> open_device_node(std::string name, DeviceNumber device, int flags, const HostRoot& root);

}  // namespace guardd
