// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// A running fork server: guardd's end of the channel (non-blocking), and the process.
struct ForkServerProcess {
  pid_t pid = -1;
  Fd channel;
  Fd pidfd;
};

/// Starts `program` as a fork server, in a session of its own so that a terminal's ^C is guardd's alone. It dies with
/// the calling thread. `word` says which kind: daemon/worker/fork_server.hpp.
Result<ForkServerProcess> start_fork_server(const std::string& program, std::string_view word);

}  // namespace guardd
