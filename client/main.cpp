// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/arguments.hpp"
#include "client/commands.hpp"
#include "client/help.hpp"
#include "client/output.hpp"
#include "client/signals.hpp"
#include "client/trust.hpp"

namespace guardd::client {
namespace {

struct Command {
  CommandSyntax syntax;
  bool is_check;
  int (*run)(const Arguments&);
  std::string_view operands;
  std::string_view description;
};

constexpr std::array commands{
    Command{{.name = "check-reinstall", .takes = target_option | wait_option},
            true,
            check_reinstall,
            " [--target DEV]...",
            "may this host (or these disks) be reinstalled?"},
    Command{{.name = "check-wipe", .takes = wait_option, .operands = Operands::some},
            true,
            check_wipe,
            " TARGET...",
            "may these devices or paths be wiped?"},
    Command{{.name = "check-reboot", .takes = wait_option}, true, check_reboot, "", "may this host go down now?"},
    Command{{.name = "status", .takes = watch_option},
            false,
            status,
            " [--watch]",
            "what this host holds, and what each operation would get"},
    Command{{.name = "hold list"}, false, hold_list, "", "what operators hold, and until when"},
    Command{{.name = "hold add",
             .takes = operation_option | reason_option | until_option | target_option,
             .wants = operation_option | reason_option},
            false,
            hold_add,
            " --operation OP --reason TEXT [--until TIME] [--target T]...",
            "refuse this operation from now on"},
    Command{{.name = "hold remove", .operands = Operands::some}, false, hold_remove, " ID...", "no longer hold it"},
    Command{{.name = "release list"}, false, release_list, "", "what operators say may be destroyed"},
    Command{{.name = "release add", .takes = reason_option, .wants = reason_option, .operands = Operands::some},
            false,
            release_add,
            " DATASET|PATH|DEVICE --reason TEXT",
            "this data may be destroyed"},
    Command{{.name = "release revoke", .operands = Operands::some},
            false,
            release_revoke,
            " ID...",
            "it may not be any more"},
    Command{{.name = "audit list", .takes = since_option | operation_option | verdict_option},
            false,
            audit_list,
            " [--since TIME] [--operation OP] [--verdict V]",
            "who asked and decided what"},
    Command{{.name = "audit verify"}, false, audit_verify, "", "is the audit trail whole?"},
    Command{{.name = "audit adopt", .takes = reason_option, .wants = reason_option},
            false,
            audit_adopt,
            " --reason TEXT",
            "take a ledger that was lost or put back for what it is"},
    Command{{.name = "override request",
             .takes = target_option | reason_option,
             .wants = reason_option,
             .operands = Operands::some},
            false,
            override_request,
            " (OP [--target T]... | release DATASET) --reason TEXT",
            "the break-glass: what people must approve"},
    Command{
        {.name = "override apply", .takes = signature_option | nonce_option | host_option, .operands = Operands::some},
        false,
        override_apply,
        " ID [--signature FILE...]",
        "admit it once, as they approved it"},
    Command{{.name = "override list"}, false, override_list, "", "what was requested, applied and spent"},
    Command{{.name = "exec",
             .takes = target_option | reason_option | valid_option | stop_on_revoke_option | verdict_file_option,
             .operands = Operands::one,
             .runs_rest = true},
            true,
            exec,
            " OP [--target T]... -- CMD...",
            "run CMD if it may be, under a permit that holds until it has ended"},
    Command{{.name = "permit list"}, false, permit_list, "", "what may run now, and what was interrupted"},
    Command{{.name = "permit acquire",
             .takes = target_option | holder_option | reason_option | valid_option,
             .wants = holder_option,
             .operands = Operands::one},
            true,
            permit_acquire,
            " OP [--target T]... --holder PID",
            "a permit for what that process does, until it ends"},
    Command{{.name = "permit end", .takes = status_option | reason_option, .operands = Operands::one},
            false,
            permit_end,
            " ID [--status N] [--reason TEXT]",
            "give it back; or say that the data of an interrupted one is whole"},
    Command{{.name = "check-start", .takes = state_dir_option, .operands = Operands::one},
            true,
            check_start,
            " SERVICE",
            "may this service start? ExecStartPre= of what must not start under a permit"},
    Command{{.name = "policy check", .operands = Operands::some},
            false,
            policy_check,
            " PATH...",
            "are these policy files or directories valid?"},
    Command{{.name = "policy show"}, false, policy_show, "", "the policy that guardd goes by"},
    Command{{.name = "policy schema"}, false, policy_schema, "", "the JSON Schema of policy files"},
};

std::string help() {
  std::string text = "guardctl: asks guardd whether this host may be reinstalled, wiped or rebooted\n\nCommands:\n";
  for (const Command& command : commands) {
    std::string line = "  guardctl " + std::string(command.syntax.name) + std::string(command.operands);
    line.resize(std::max<std::size_t>(line.size() + 2, 46), ' ');
    text += line + std::string(command.description) + "\n";
  }
  return text + std::string(help_of_options);
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands) {
    if (command.syntax.name == name) return &command;
  }
  return nullptr;
}

int run(std::span<const std::string_view> words) {
  std::array<CommandSyntax, commands.size()> syntaxes;
  for (std::size_t i = 0; i < commands.size(); ++i) syntaxes[i] = commands[i].syntax;
  const Result<Arguments> arguments = parse_arguments(words, syntaxes);
  if (!arguments) {
    write_error("guardctl: " + arguments.error().message + "\nguardctl --help shows the usage\n");
    return exit_status::usage;
  }
  const Command* const command = find_command(arguments->command);
  if (arguments->help || arguments->version) {
    const bool written = write_out(arguments->help ? help() : "guardctl " GUARDD_VERSION "\n");
    // A variable with "--help" in it must not turn a check into a yes.
    if (command != nullptr && command->is_check) return exit_status::usage;
    return written ? 0 : exit_status::unknown;
  }
  if (!command->is_check) {
    if (const int other_host = compare_host(*arguments); other_host != 0) return other_host;
  }
  return command->run(*arguments);
}

}  // namespace
}  // namespace guardd::client

int main(int argc, char** argv) {
  using namespace guardd::client;
  settle_signals();
  settle_standard_streams();
  try {
    const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    return run(words);
  } catch (const std::exception& error) {
    write_error(std::string("guardctl: a bug: ") + error.what() + ". No verdict: treat this host as not safe\n");
  } catch (...) {
    write_error("guardctl: a bug. No verdict: treat this host as not safe\n");
  }
  return exit_status::unknown;
}
