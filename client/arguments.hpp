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
  std::string verdict_file;
  std::string state_dir{default_state_dir};
};

/// The options that only some commands take.
enum SpecificOption : unsigned {
  target_option = 1U << 0U,
  wait_option = 1U << 1U,
  watch_option = 1U << 2U,
  operation_option = 1U << 3U,
  verdict_option = 1U << 4U,
  reason_option = 1U << 5U,
  until_option = 1U << 6U,
  since_option = 1U << 7U,
  signature_option = 1U << 8U,
  nonce_option = 1U << 9U,
  host_option = 1U << 10U,
  holder_option = 1U << 11U,
  valid_option = 1U << 12U,
  status_option = 1U << 13U,
  stop_on_revoke_option = 1U << 14U,
  verdict_file_option = 1U << 15U,
  state_dir_option = 1U << 16U,
};

/// How many words that are no options a command wants.
enum class Operands { none, one, some };

/// A command's name, "policy check" being two words, and what may follow it.
struct CommandSyntax {
  std::string_view name;
  unsigned takes = 0;  ///< SpecificOption
  unsigned wants = 0;  ///< of those, the ones that must be given
  Operands operands = Operands::none;
  bool runs_rest = false;  ///< wants "--" and behind it a program and its arguments, which stay as they are
};

/// Reads a command line (without argv[0]). Strict on purpose, because scripts run this with variables in it: any empty
/// argument or value, an option given twice, an option as another's value, and anything unknown is an error (code
/// "usage"). Only `--wait[=SECONDS]` has an optional value, and only behind the equals sign, so that it can swallow no
/// target.
Result<Arguments> parse_arguments(std::span<const std::string_view> arguments, std::span<const CommandSyntax> commands);

/// A duration in seconds, "0.25" or "5": digits with at most one point, at most `longest`.
std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text, std::chrono::nanoseconds shortest,
                                                      std::chrono::nanoseconds longest);

}  // namespace guardd::client
