// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "core/permit.hpp"
#include "core/result.hpp"
#include "daemon/server/caller.hpp"

namespace guardd {

/// The process that is to hold a permit: the caller itself (`pid` 0), or one that it names by the number that it sees.
/// Error "bad_holder": one of them is in another pid namespace than guardd, where numbers mean other processes; or the
/// process has ended; or it is another user's than the caller, who is not root.
Result<PermitHolder> find_holder(std::int32_t pid, const Caller& caller);

/// The cgroup of a command that is about to start: that of `child`, which must not also be its holder's. Error
/// "bad_cgroup".
Result<std::string> find_command_cgroup(std::int32_t child, const PermitHolder& holder);

/// Whether the caller asks from within a permit: it is the permit's holder, a child of that, or in its command's
/// cgroup.
bool is_within(const Caller& caller, const Permit& permit);

/// The first disk that is not the one any more that the permit was granted for, "/dev/sdb"; empty: none. Of sysfs.
std::string find_swapped_disk(const Permit& permit);

}  // namespace guardd
