// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "daemon/worker/inspector_table.hpp"

namespace guardd {

/// argv[1] of a process that is to be a fork server, and the descriptor of its channel to guardd.
inline constexpr std::string_view fork_server_word = "fork-server";
inline constexpr int fork_server_channel = 3;
/// A worker's own come before it: daemon/worker/worker_main.cpp.
inline constexpr int first_inherited = 5;

/// A small process without threads and without open files, whose only work is to fork workers: forking guardd itself
/// would copy a process with threads, locks and every client's descriptor. Serves SpawnRequests
/// (daemon/worker/channel.hpp) until guardd is gone.
/// `inherited` is a descriptor from first_inherited on that every worker gets under the same number, or -1.
int fork_server_main(InspectorTable table, int inherited = -1);

}  // namespace guardd
