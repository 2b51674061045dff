// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "client/deadline.hpp"
#include "core/result.hpp"

namespace guardd::client {

/// Has systemd put the process into a transient scope of that name, org.freedesktop.systemd1(5): StartTransientUnit,
/// and waits until its job is done. Error "no_scope".
Result<bool> start_scope(const std::string& unit, const std::string& description, pid_t pid, const Deadline& deadline);

}  // namespace guardd::client
