// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/result.hpp"

namespace guardd {

/// Leaves the mount namespace that a unit's sandbox (systemd.exec(5), ProtectSystem= and its like) gave this process
/// for the host's, which is PID 1's: what is to be seen are the host's mounts, as they come and go. The process must
/// have one thread, CAP_SYS_ADMIN and CAP_SYS_CHROOT: setns(2). Why it did not, or nothing.
std::optional<Error> join_host_mounts();

}  // namespace guardd
