// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

struct HostRoot;

/// Takes a block inhibitor of "shutdown" from logind, org.freedesktop.login1(5), which `systemd-inhibit --list` shows
/// with `why`. It is in force until the descriptor is closed. Waits for the bus, at most `patience`. Error "systemd".
Result<Fd> inhibit_shutdown(const HostRoot& root, const std::string& why, std::chrono::milliseconds patience);

}  // namespace guardd
