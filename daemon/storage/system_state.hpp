// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/known.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// systemd's SystemState, org.freedesktop.systemd1(5), asked on PID 1's own socket, which works without a bus daemon;
/// "none" on a host that systemd did not boot, sd_booted(3). Unknown with the reason when it does not say within
/// `timeout_us`.
Known<std::string> read_system_state(const HostRoot& root, std::int64_t timeout_us = 1'000'000);

}  // namespace guardd
