// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace guardd::client {

/// At the start of main: remembers which signals guardctl was started with blocked, and what SIGPIPE and SIGCHLD were
/// to do. From then on a reader that went away is an error of write(2), with an exit status of ours, and a child that
/// ended can be waited for.
void settle_signals();

/// In a child, before execve(2): what settle_signals() found, and nothing of what was blocked since. Async-signal-safe.
void restore_signals();

/// Ends this process by that signal, as the program that it ran for its caller ended, without a core dump. Returns
/// where it can't be.
void die_of(int signal);

}  // namespace guardd::client
