// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "client/exec/child.hpp"
#include "client/exec/command_cgroup.hpp"
#include "client/exec/passed_signals.hpp"
#include "client/exec/permit_events.hpp"

namespace guardd::client {

/// How the command's run went.
struct Course {
  Ended ended;
  std::string lapsed;  ///< why its permit was not valid to its end; empty: nothing was told
};

/// Lets the child go, and waits for its end: passes signals on, and says what becomes of the permit meanwhile. With
/// `stop_on_revoke` a permit that is revoked ends all that runs in the cgroup, by SIGTERM and after 10 s by SIGKILL.
/// guardd being away changes nothing.
Course supervise(Child& child, const CommandCgroup& cgroup, const PassedSignals& signals, PermitEvents& events,
                 const std::string& id, bool stop_on_revoke);

}  // namespace guardd::client
