// SPDX-License-Identifier: Apache-2.0
#include "client/options.hpp"

#include <array>

namespace guardd::client {
namespace {

constexpr std::array table{
    OptionSyntax{.id = OptionId::socket_path,
                 .name = "--socket",
                 .value = "PATH",
                 .help = "guardd's socket (default /run/guardd/guardd.sock). A server of your own and a private "
                         "instance are believed only where this names their socket",
                 .kind = WordKind::file,
                 .is_common = true},
    OptionSyntax{.id = OptionId::json,
                 .name = "--json",
                 .value = "",
                 .help = "the answer as one line of JSON on standard output, whatever it is",
                 .is_common = true},
    OptionSyntax{
        .id = OptionId::quiet, .name = "--quiet", .value = "", .help = "the exit status alone", .is_common = true},
    OptionSyntax{.id = OptionId::timeout,
                 .name = "--timeout",
                 .value = "SECONDS",
                 .help = "for one question and its answer (default 5, from 0.001 to 3600)",
                 .is_common = true},
    OptionSyntax{.id = OptionId::expect_host,
                 .name = "--expect-host",
                 .value = "NAME",
                 .help = "the hostname, FQDN, machine-id or product_uuid that this host must have",
                 .is_common = true},
    OptionSyntax{.id = OptionId::wait,
                 .name = "--wait",
                 .value = "SECONDS",
                 .help = "as long as the answer is not an allow, ask again every second, until it is or the time is "
                         "over (no number: without end). --timeout goes on counting for each question",
                 .value_may_miss = true},
    OptionSyntax{.id = OptionId::target,
                 .name = "--target",
                 .value = "DEV",
                 .help = "this disk instead of the whole host; may be repeated",
                 .kind = WordKind::disk_or_path,
                 .repeats = true},
    OptionSyntax{.id = OptionId::operation,
                 .name = "--operation",
                 .value = "OP",
                 .help = "reinstall, wipe or reboot",
                 .kind = WordKind::operation},
    OptionSyntax{
        .id = OptionId::reason, .name = "--reason", .value = "TEXT", .help = "why somebody decides what he decides"},
    OptionSyntax{.id = OptionId::until,
                 .name = "--until",
                 .value = "TIME",
                 .help = "2027-01-31, \"2027-01-31 18:00\", with a Z in UTC, or 30m, 12h, 3d"},
    OptionSyntax{
        .id = OptionId::since, .name = "--since", .value = "TIME", .help = "a time as of --until, or a span ago"},
    OptionSyntax{.id = OptionId::verdict,
                 .name = "--verdict",
                 .value = "V",
                 .help = "allow, refuse or unknown",
                 .kind = WordKind::verdict},
    OptionSyntax{.id = OptionId::signature,
                 .name = "--signature",
                 .value = "FILE...",
                 .help = "what ssh-keygen -Y sign made; may be repeated",
                 .kind = WordKind::file,
                 .repeats = true},
    OptionSyntax{.id = OptionId::nonce,
                 .name = "--nonce",
                 .value = "N",
                 .help = "what is typed where there are no signers; asked for at a terminal"},
    OptionSyntax{.id = OptionId::host, .name = "--host", .value = "H", .help = "the same: this host's name"},
    OptionSyntax{.id = OptionId::valid,
                 .name = "--valid",
                 .value = "SECONDS",
                 .help = "how long it may take (default 3600, of a lift 600; from 1 to 86400)"},
    OptionSyntax{
        .id = OptionId::holder, .name = "--holder", .value = "PID", .help = "the process that the permit is for"},
    OptionSyntax{.id = OptionId::status, .name = "--status", .value = "N", .help = "how what ran has ended"},
    OptionSyntax{.id = OptionId::stop_on_revoke,
                 .name = "--stop-on-revoke",
                 .value = "",
                 .help = "end CMD and all that it started when the permit is revoked"},
    OptionSyntax{.id = OptionId::verdict_file,
                 .name = "--verdict-file",
                 .value = "FILE",
                 .help = "the verdict as JSON, written whole before CMD starts",
                 .kind = WordKind::file},
    OptionSyntax{.id = OptionId::state_dir,
                 .name = "--state-dir",
                 .value = "DIR",
                 .help = "of guardd (default /var/lib/guardd)",
                 .kind = WordKind::directory},
    OptionSyntax{
        .id = OptionId::offline, .name = "--offline", .value = "", .help = "without guardd, straight in the kernel"},
    OptionSyntax{
        .id = OptionId::watch, .name = "--watch", .value = "", .help = "stays, and shows each change as it comes"},
    OptionSyntax{.id = OptionId::version, .name = "--version", .value = "", .help = "of guardctl", .is_common = true},
    OptionSyntax{
        .id = OptionId::help, .name = "--help", .value = "", .help = "commands and options", .is_common = true},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].id) != i) return false;
  }
  return true;
}
static_assert(is_in_order(), "an option stands at its OptionId's place");

}  // namespace

std::span<const OptionSyntax> options() { return table; }

}  // namespace guardd::client
