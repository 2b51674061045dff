// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "core/permit.hpp"
#include "core/result.hpp"

namespace guardd::gate {

/// The process of that pid now, as a permit or a start intent names it. Errors as os/read.hpp's.
Result<PermitHolder> identify(pid_t pid);
/// Whether that very process lives; a zombie does not. What can't be read is taken for alive.
bool process_lives(const PermitHolder& process);

/// Where this host has its cgroup v2 hierarchy: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside v1, as systemd
/// mounts it (file-hierarchy(7), cgroups(7)). Error "no_cgroup2".
Result<std::string> cgroup2_root();
/// The path of a process's cgroup in that hierarchy, "/system.slice/x.scope", from /proc/PID/cgroup.
Result<std::string> cgroup2_of(pid_t pid);
/// Whether processes are in that cgroup or beneath it: cgroup.events, "populated". One that is gone has none; what
/// can't be read is taken for alive.
bool cgroup_lives(const std::string& cgroup);

/// Where guardctl exec makes a command's cgroup on a host without systemd: this and "/ID" of the permit.
inline constexpr const char* command_cgroups = "/guardd.permits";
/// Removes that of a permit, which a guardctl that was killed leaves; one with processes stays.
void forget_command_cgroup(const std::string& id);

/// What is there of the permit's holder and command now.
PermitSight see(const Permit& permit);

}  // namespace guardd::gate
