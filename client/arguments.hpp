// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/options.hpp"
#include "client/word_kind.hpp"
#include "core/result.hpp"

namespace guardd::client {

inline constexpr std::string_view default_socket = "/run/guardd/guardd.sock";
inline constexpr std::string_view default_state_dir = "/var/lib/guardd";
inline constexpr std::chrono::milliseconds shortest_timeout{1};
inline constexpr std::chrono::hours longest_timeout{1};
inline constexpr std::chrono::hours longest_wait{24 * 365};

/// What the command line asked for.
struct Arguments {
  std::string command;                ///< one of the names given to parse_arguments
  std::vector<std::string> operands;  ///< targets or paths, after the command
  std::vector<std::string> targets;   ///< each --target
  std::string socket{default_socket};
  bool socket_given = false;
  bool json = false;
  bool quiet = false;
  bool watch = false;
  bool help = false;
  bool version = false;
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);
  std::string expect_host;  ///< empty: not given
  /// --wait: how long to keep asking; longest_wait where no number was given.
  std::optional<std::chrono::nanoseconds> wait;
  std::string operation;  ///< of core/operation.hpp; empty: not given
  std::string verdict;    ///< "allow", "refuse" or "unknown"; empty: not given
  std::string reason;
  std::vector<std::string> signatures;  ///< each --signature: a file
  std::string nonce;
  std::string host;                     ///< what somebody says that this host is called
  std::optional<std::int64_t> until_s;  ///< seconds since the epoch
  std::optional<std::int64_t> since_s;  ///< seconds since the epoch
  std::vector<std::string> rest;        ///< behind "--", where the command runs that
  std::int32_t holder = 0;              ///< a pid; 0: not given
  std::optional<std::int64_t> valid_s;
  std::optional<int> status;  ///< an exit status
  bool stop_on_revoke = false;
  bool offline = false;
  std::string verdict_file;
  std::string state_dir{default_state_dir};
};

/// How many words that are no options a command wants.
enum class Operands { none, one, some };

/// A command's name, "policy check" being two words, and what may follow it.
struct CommandSyntax {
  std::string_view name;
  unsigned takes = 0;  ///< SpecificOption
  unsigned wants = 0;  ///< of those, the ones that must be given
  Operands operands = Operands::none;
  WordKind operand = WordKind::text;          ///< what the first one is
  WordKind further_operand = WordKind::text;  ///< what those behind it are
  bool runs_rest = false;  ///< wants "--" and behind it a program and its arguments, which stay as they are
};

bool takes(const CommandSyntax& command, const OptionSyntax& option);

/// Reads a command line (without argv[0]). Strict on purpose, because scripts run this with variables in it: any empty
/// argument or value, an option given twice, an option as another's value, and anything unknown is an error (code
/// "usage"). Only `--wait[=SECONDS]` has an optional value, and only behind the equals sign, so that it can swallow no
/// target.
Result<Arguments> parse_arguments(std::span<const std::string_view> arguments, std::span<const CommandSyntax> commands);

}  // namespace guardd::client
