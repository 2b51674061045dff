// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "daemon/worker/inspector_table.hpp"

namespace guardd {

/// argv[1] of a process that is to be a fork server.
inline constexpr std::string_view fork_server_word = "fork-server";
/// The same for one that goes into PID 1's mount namespace first: daemon/worker/host_mounts.hpp.
inline constexpr std::string_view host_mounts_fork_server_word = "fork-server-in-host-mounts";
/// The descriptor of its channel to guardd.
inline constexpr int fork_server_channel = 3;
/// A worker's own come before it: daemon/worker/worker_main.cpp.
inline constexpr int first_inherited = 5;

/// A small process without threads and without open files, whose only work is to fork workers: forking guardd itself
/// would copy a process with threads, locks and every client's descriptor. Serves SpawnRequests
/// (daemon/worker/channel.hpp) until guardd is gone.
/// `inherited` is a descriptor from first_inherited on that every worker gets under the same number, or -1.
int fork_server_main(InspectorTable table, int inherited = -1);

}  // namespace guardd
