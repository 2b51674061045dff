// SPDX-License-Identifier: Apache-2.0
#include "client/help.hpp"

#include <algorithm>
#include <string_view>

#include "client/command_table.hpp"

namespace guardd::client {
namespace {

constexpr std::size_t command_column = 46;
constexpr std::size_t option_column = 23;
constexpr std::size_t widest_line = 98;

constexpr std::string_view exit_statuses = R"(
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

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

/// The words behind `begin`, which is `indent` wide; lines after the first one begin with as many blanks.
std::string wrapped(const std::string& begin, std::size_t indent, std::string_view words) {
  std::string text;
  std::string line = begin;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (line.size() + end > widest_line && line.size() > indent) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(indent, ' ');
    }
    line.append(words.substr(0, end)).append(" ");
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return text + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

/// "hold add, audit list: "; nothing for an option that every command takes.
std::string takers(const OptionSyntax& option) {
  std::string text;
  if (option.is_common) return text;
  for (const Command& command : commands()) {
    if (takes(command.syntax, option)) text += (text.empty() ? "" : ", ") + std::string(command.syntax.name);
  }
  return text + ": ";
}

std::string option_lines(const OptionSyntax& option) {
  std::string name = "  " + std::string(option.name);
  if (option.value_may_miss) {
    name += "[=" + std::string(option.value) + "]";
  } else if (!option.value.empty()) {
    name += " " + std::string(option.value);
  }
  return wrapped(padded(std::move(name), option_column), option_column, takers(option) + std::string(option.help));
}

}  // namespace

std::string help() {
  std::string text = "guardctl: asks guardd whether this host may be reinstalled, wiped or rebooted\n\nCommands:\n";
  for (const Command& command : commands()) {
    text += padded("  guardctl " + std::string(command.syntax.name) + std::string(command.operands), command_column) +
            std::string(command.description) + "\n";
  }
  text += "\nOptions, before or after the command:\n";
  for (const OptionSyntax& option : options()) text += option_lines(option);
  return text + padded("  --", option_column) + "exec: everything behind it is CMD\n" + std::string(exit_statuses);
}

}  // namespace guardd::client
