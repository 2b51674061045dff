// SPDX-License-Identifier: Apache-2.0
#include "client/option_values.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "client/moment.hpp"
#include "core/operation.hpp"
#include "core/permit.hpp"
#include "core/text.hpp"

namespace guardd::client {
namespace {

/// sethostname(2) takes 64 bytes, DNS names have at most 253.
constexpr std::size_t longest_host = 253;
constexpr std::int64_t largest_pid = 1 << 22;  // PID_MAX_LIMIT, include/linux/threads.h
constexpr std::int64_t largest_status = 255;   // exit(3)

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_host && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

std::optional<std::int64_t> parse_count(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < low || count > high) return std::nullopt;
  return count;
}

}  // namespace

std::string in_quotes(std::string_view word) { return "'" + printable(word, 200) + "'"; }

std::optional<std::chrono::nanoseconds> parse_seconds(std::string_view text, std::chrono::nanoseconds shortest,
                                                      std::chrono::nanoseconds longest) {
  // from_chars alone would take "inf", "nan" and "1e9".
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const std::chrono::duration<double> time(seconds);
  if (time < shortest || time > longest) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time);
}

std::string take_value(Arguments& arguments, OptionId option, std::string_view value) {
  switch (option) {
    case OptionId::socket_path:
      arguments.socket = value;
      arguments.socket_given = true;
      if (value.size() >= sizeof(sockaddr_un::sun_path))
        return "--socket: a socket's path has at most 107 bytes, unix(7)";
      break;
    case OptionId::json:
      arguments.json = true;
      break;
    case OptionId::quiet:
      arguments.quiet = true;
      break;
    case OptionId::help:
      arguments.help = true;
      break;
    case OptionId::version:
      arguments.version = true;
      break;
    case OptionId::watch:
      arguments.watch = true;
      break;
    case OptionId::target:
      arguments.targets.emplace_back(value);
      break;
    case OptionId::expect_host:
      arguments.expect_host = value;
      if (!is_host_name(value))
        return "--expect-host: " + in_quotes(value) + " is no host name, machine-id or product_uuid";
      break;
    case OptionId::timeout: {
      const auto time = parse_seconds(value, shortest_timeout, longest_timeout);
      if (!time) return "--timeout: " + in_quotes(value) + " is not a number of seconds from 0.001 to 3600";
      arguments.timeout = time.value_or(arguments.timeout);
      break;
    }
    case OptionId::wait:
      arguments.wait = value.empty() ? longest_wait : parse_seconds(value, std::chrono::nanoseconds{0}, longest_wait);
      if (!arguments.wait) return "--wait: " + in_quotes(value) + " is not a number of seconds from 0 to 31536000";
      break;
    case OptionId::operation:
      arguments.operation = value;
      if (!parse_operation(value)) return "--operation: " + in_quotes(value) + " is not reinstall, wipe or reboot";
      break;
    case OptionId::verdict:
      arguments.verdict = value;
      if (value != "allow" && value != "refuse" && value != "unknown")
        return "--verdict: " + in_quotes(value) + " is not allow, refuse or unknown";
      break;
    case OptionId::reason:
      arguments.reason = value;
      break;
    case OptionId::signature:
      arguments.signatures.emplace_back(value);
      break;
    case OptionId::nonce:
      arguments.nonce = value;
      break;
    case OptionId::host:
      arguments.host = value;
      break;
    case OptionId::holder:
      arguments.holder = static_cast<std::int32_t>(parse_count(value, 1, largest_pid).value_or(0));
      if (arguments.holder == 0) return "--holder: " + in_quotes(value) + " is no process's number";
      break;
    case OptionId::valid:
      arguments.valid_s = parse_count(value, 1, longest_valid_s);
      if (!arguments.valid_s)
        return "--valid: " + in_quotes(value) + " is not a whole number of seconds from 1 to " +
               std::to_string(longest_valid_s);
      break;
    case OptionId::status: {
      const auto status = parse_count(value, 0, largest_status);
      if (!status) return "--status: " + in_quotes(value) + " is no exit status from 0 to 255";
      arguments.status = static_cast<int>(status.value_or(0));
      break;
    }
    case OptionId::stop_on_revoke:
      arguments.stop_on_revoke = true;
      break;
    case OptionId::offline:
      arguments.offline = true;
      break;
    case OptionId::verdict_file:
      arguments.verdict_file = value;
      break;
    case OptionId::state_dir:
      arguments.state_dir = value;
      break;
    case OptionId::until:
      arguments.until_s = parse_moment(value, std::time(nullptr), Direction::ahead);
      if (!arguments.until_s) return "--until: " + in_quotes(value) + std::string(no_moment);
      break;
    case OptionId::since:
      arguments.since_s = parse_moment(value, std::time(nullptr), Direction::ago);
      if (!arguments.since_s) return "--since: " + in_quotes(value) + std::string(no_moment);
      break;
  }
  return "";
}

}  // namespace guardd::client
