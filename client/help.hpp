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
  --target DEV         check-reinstall, hold add, override request, exec, permit acquire: this
                       disk instead of the whole host; may be repeated
  --operation OP       hold add, audit list: reinstall, wipe or reboot
  --reason TEXT        why somebody decides what he decides
  --until TIME         hold add: 2027-01-31, "2027-01-31 18:00", with a Z in UTC, or 30m, 12h, 3d
  --since TIME         audit list: the same, or a span ago
  --verdict V          audit list: allow, refuse or unknown
  --signature FILE...  override apply: what ssh-keygen -Y sign made; may be repeated
  --nonce N, --host H  override apply: what is typed where there are no signers; asked for at a
                       terminal
  --valid SECONDS      exec, permit acquire: how long it may take (default 3600, from 1 to 86400)
  --holder PID         permit acquire: the process that the permit is for
  --status N           permit end: how what ran has ended
  --stop-on-revoke     exec: end CMD and all that it started when the permit is revoked
  --verdict-file FILE  exec: the verdict as JSON, written whole before CMD starts
  --state-dir DIR      check-start: of guardd (default /var/lib/guardd)
  --                   exec: everything behind it is CMD
  --watch              status: again and again
  --version, --help

Exit status:
  0  allowed
  1  refused: the reason is known
  2  usage; also an empty or missing target
  3  unknown: no trustworthy verdict. Treat the host as not safe
  4  not permitted to this caller
A check exits 0 for an allow only: also with --help or --version it does not. exec, permit acquire
and check-start are checks. exec exits as CMD did, and of its own:
  124  CMD has run, but its permit was not valid to the end
  125  CMD was not run: no permit, or nothing to run it in
  126  CMD can't be run
  127  there is no CMD
Other commands exit 0 when they got their answer or did what they were told; audit verify 1 when
the trail is broken; policy check 1 when some file is not valid, 2 when one can't be read.
)";

}  // namespace guardd::client
