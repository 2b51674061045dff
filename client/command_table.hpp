// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "client/arguments.hpp"

namespace guardd::client {

struct Command {
  CommandSyntax syntax;
  bool is_check;  ///< its exit status 0 is an allow
  int (*run)(const Arguments&);
  std::string_view operands;  ///< as --help shows them
  std::string_view description;
};

/// Every command, in the order of --help: what main runs, --help tells and the shells complete.
std::span<const Command> commands();
std::span<const CommandSyntax> command_syntaxes();

/// None where there is no such command.
const Command* find_command(std::string_view name);

}  // namespace guardd::client
