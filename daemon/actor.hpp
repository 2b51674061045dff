// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/audit.hpp"
#include "daemon/server/caller.hpp"

namespace guardd {

/// The caller as the audit trail names it: what the kernel said when it connected, and what /proc told of that pid at
/// its first question. A caller that has ended leaves the latter empty; one whose pid another process has by then would
/// have that one's, but never its uid.
Actor actor_of(const Caller& caller);

/// Who decided, for people: "ann (uid 1000) as root (uid 0)". Names are /etc/passwd's, since asking a directory service
/// could take long.
std::string describe(const Actor& actor);

}  // namespace guardd
