// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"
#include "procfs/net_unix.hpp"

namespace guardd {

/// Where to reach a process: the paths of stream sockets that listen in its network namespace with one of its own
/// socket inodes, as it bound them. MySQL's X protocol socket (mysqlx.sock), which speaks something else, comes last.
/// At most 8. Error "no_socket": it listens on none, or on abstract ones alone, which can't be reached from another
/// network namespace.
Result<std::vector<std::string>> choose_sockets(const std::vector<UnixSocket>& table,
                                                const std::vector<std::uint64_t>& inodes);

/// Connects to the sockets of that very process: found through its own /proc/PID/net/unix and its own root, and kept
/// only when SO_PEERCRED names it (or PID 1, for a socket that systemd listens on for it). Nothing has been sent or
/// read on them. They are non-blocking. At least one, at most 2, best first. Needs root's capabilities to pass 0700
/// directories; sends nothing that gives them away. May wait until `deadline_us` (CLOCK_MONOTONIC) for a full backlog.
Result<std::vector<Fd>> connect_server(const ProcessFact& process, const HostRoot& root, std::int64_t deadline_us);

}  // namespace guardd
