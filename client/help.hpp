// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace guardd::client {

/// What follows the table of commands in --help.
inline constexpr std::string_view help_of_options = R"(
Options, before or after the command:
  --socket PATH        guardd's socket (default /run/guardd/guardd.sock). A server of your own
                       and a private instance are believed only where this names their socket
  --json               the answer as one line of JSON on standard output, whatever it is
  --quiet              the exit status alone
  --timeout SECONDS    for one question and its answer (default 5, from 0.001 to 3600)
  --expect-host NAME   the hostname, FQDN, machine-id or product_uuid that this host must have
  --wait[=SECONDS]     checks: as long as the answer is not an allow, ask again every second,
                       until it is or the time is over (no number: without end). --timeout
                       goes on counting for each question
  --target DEV         check-reinstall: this disk instead of the whole host; may be repeated
  --watch              status: again and again
  --version, --help

Exit status:
  0  allowed
  1  refused: the reason is known
  2  usage; also an empty or missing target
  3  unknown: no trustworthy verdict. Treat the host as not safe
  4  not permitted to this caller
A check exits 0 for an allow only: also with --help or --version it does not.
status and policy show exit 0 when they got their answer, policy check when every file is valid
(1: some file is not, 2: some file can't be read).
)";

}  // namespace guardd::client
