// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/arguments.hpp"
#include "client/command_table.hpp"
#include "client/commands.hpp"
#include "client/help.hpp"
#include "client/output.hpp"
#include "client/signals.hpp"
#include "client/trust.hpp"

namespace guardd::client {
namespace {

int run(std::span<const std::string_view> words) {
  const Result<Arguments> arguments = parse_arguments(words, command_syntaxes());
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
