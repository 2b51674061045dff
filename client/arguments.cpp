// SPDX-License-Identifier: Apache-2.0
#include "client/arguments.hpp"

#include <getopt.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <set>

#include "client/moment.hpp"
#include "core/operation.hpp"
#include "core/permit.hpp"
#include "core/text.hpp"

namespace guardd::client {
namespace {

using namespace std::string_literals;

/// What getopt_long(3) returns for each long option; `operand` is its own choice for a word that is no option.
namespace code {
enum : int {
  operand = 1,
  help = 'h',
  socket_path = 256,
  json,
  quiet,
  timeout,
  expect_host,
  wait,
  target,
  watch,
  operation,
  verdict,
  reason,
  until,
  since,
  signature,
  nonce,
  host,
  holder,
  valid,
  status,
  stop_on_revoke,
  verdict_file,
  state_dir,
  version
};
}  // namespace code

constexpr option long_options[] = {
    {"socket", required_argument, nullptr, code::socket_path},
    {"json", no_argument, nullptr, code::json},
    {"quiet", no_argument, nullptr, code::quiet},
    {"timeout", required_argument, nullptr, code::timeout},
    {"expect-host", required_argument, nullptr, code::expect_host},
    {"wait", optional_argument, nullptr, code::wait},
    {"target", required_argument, nullptr, code::target},
    {"watch", no_argument, nullptr, code::watch},
    {"operation", required_argument, nullptr, code::operation},
    {"verdict", required_argument, nullptr, code::verdict},
    {"reason", required_argument, nullptr, code::reason},
    {"until", required_argument, nullptr, code::until},
    {"since", required_argument, nullptr, code::since},
    {"signature", required_argument, nullptr, code::signature},
    {"nonce", required_argument, nullptr, code::nonce},
    {"host", required_argument, nullptr, code::host},
    {"holder", required_argument, nullptr, code::holder},
    {"valid", required_argument, nullptr, code::valid},
    {"status", required_argument, nullptr, code::status},
    {"stop-on-revoke", no_argument, nullptr, code::stop_on_revoke},
    {"verdict-file", required_argument, nullptr, code::verdict_file},
    {"state-dir", required_argument, nullptr, code::state_dir},
    {"help", no_argument, nullptr, code::help},
    {"version", no_argument, nullptr, code::version},
    {nullptr, 0, nullptr, 0},
};

/// The options that not every command takes.
struct Specific {
  int code;
  SpecificOption bit;
  const char* name;
};
constexpr std::array specific_options{
    Specific{code::target, target_option, "--target"},
    Specific{code::wait, wait_option, "--wait"},
    Specific{code::watch, watch_option, "--watch"},
    Specific{code::operation, operation_option, "--operation"},
    Specific{code::verdict, verdict_option, "--verdict"},
    Specific{code::reason, reason_option, "--reason"},
    Specific{code::until, until_option, "--until"},
    Specific{code::since, since_option, "--since"},
    Specific{code::signature, signature_option, "--signature"},
    Specific{code::nonce, nonce_option, "--nonce"},
    Specific{code::host, host_option, "--host"},
    Specific{code::holder, holder_option, "--holder"},
    Specific{code::valid, valid_option, "--valid"},
    Specific{code::status, status_option, "--status"},
    Specific{code::stop_on_revoke, stop_on_revoke_option, "--stop-on-revoke"},
    Specific{code::verdict_file, verdict_file_option, "--verdict-file"},
    Specific{code::state_dir, state_dir_option, "--state-dir"},
};

/// sethostname(2) takes 64 bytes, DNS names have at most 253.
constexpr std::size_t longest_host = 253;
constexpr std::int64_t largest_pid = 1 << 22;  // PID_MAX_LIMIT, include/linux/threads.h
constexpr std::int64_t largest_status = 255;   // exit(3)
constexpr std::string_view empty_argument = "an argument is empty: is a shell variable unset?";

Error usage(std::string message) { return {"usage", std::move(message)}; }

std::string in_quotes(std::string_view text) { return "'" + printable(text, 200) + "'"; }

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

/// Hands the words to getopt_long(3) and judges what it makes of them. Where that is more helpful than is safe in a
/// script (abbreviated options, an option or nothing at all as a value) the word is an error. The first error ends it.
class Reader {
 public:
  Reader(std::span<const std::string_view> words, std::span<const CommandSyntax> commands)
      : words_(words.begin(), words.end()), commands_(commands) {}

  Result<Arguments> read() {
    if (std::find(words_.cbegin(), separator(), "") != separator()) error_ = empty_argument;
    if (error_.empty()) take_words();
    if (error_.empty() && !out_.help && !out_.version) check_whole();
    if (!error_.empty()) return usage(error_);
    return out_;
  }

 private:
  [[nodiscard]] std::vector<std::string>::const_iterator separator() const {
    return std::find(words_.begin(), words_.end(), "--");
  }

  void take_words() {
    std::string program = "guardctl";
    std::vector<char*> argv{program.data()};
    for (std::string& word : words_) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int argc = static_cast<int>(words_.size()) + 1;
    opterr = 0;
    optind = 0;  // glibc: start anew
    // '-': every word in its order, none moved to the end. ':': a missing value is told from an unknown option.
    while (error_.empty()) {
      const char* const word = argv[static_cast<std::size_t>(std::max(optind, 1))];
      const int option = getopt_long(argc, argv.data(), "-:h", long_options, nullptr);
      if (option == -1) break;
      if (option == code::operand) {
        take_operand(optarg);
      } else {
        take_option(option, word, optarg);
      }
    }
    for (int i = optind; error_.empty() && i < argc; ++i) take_separated(argv[static_cast<std::size_t>(i)]);
  }

  /// A word behind "--".
  void take_separated(const char* word) {
    if (command_ != nullptr && command_->runs_rest) {
      out_.rest.emplace_back(word);
    } else if (*word == '\0') {
      error_ = empty_argument;
    } else {
      take_operand(word);
    }
  }

  void take_operand(const char* word) {
    if (command_ == nullptr) {
      take_command(word);
    } else {
      out_.operands.emplace_back(word);
    }
  }

  void take_command(const std::string& word) {
    const std::string name = group_.empty() ? word : group_ + " " + word;
    const auto is = [&](const CommandSyntax& command) { return command.name == name; };
    const auto is_of_group = [&](const CommandSyntax& command) { return command.name.starts_with(name + " "); };
    const auto found = std::find_if(commands_.begin(), commands_.end(), is);
    if (found != commands_.end()) {
      command_ = &*found;
      out_.command = found->name;
    } else if (group_.empty() && std::any_of(commands_.begin(), commands_.end(), is_of_group)) {
      group_ = name;  // options may stand anywhere, also between the two words of a command
    } else {
      error_ = "there is no command " + in_quotes(name);
    }
  }

  void take_option(int given, std::string_view word, const char* value) {
    const std::string name(word.substr(0, word.find('=')));
    const bool is_known = word == "-h" || std::any_of(std::begin(long_options), std::end(long_options) - 1,
                                                      [&](const option& known) { return name == "--"s + known.name; });
    const bool is_separate = name.size() == word.size();
    if (!is_known) {
      error_ = "there is no option " + in_quotes(name) + " (a file of that name: ./" + printable(name, 200) + ")";
    } else if (given == '?') {
      error_ = name + " takes no value";
    } else if (given != code::target && given != code::signature && !seen_.insert(given).second) {
      error_ = name + " is given twice";
    } else if (given == ':' || (value != nullptr && is_separate && *value == '-')) {
      error_ = name + " wants a value";
    } else if (value != nullptr && *value == '\0') {
      error_ = name + " has an empty value: is a shell variable unset?";
    } else {
      seen_.insert(given);
      store(given, value == nullptr ? std::string_view{} : value);
    }
  }

  void store(int given, std::string_view value) {
    switch (given) {
      case code::socket_path:
        out_.socket = value;
        out_.socket_given = true;
        if (value.size() >= sizeof(sockaddr_un::sun_path))
          error_ = "--socket: a socket's path has at most 107 bytes, unix(7)";
        break;
      case code::json:
        out_.json = true;
        break;
      case code::quiet:
        out_.quiet = true;
        break;
      case code::help:
        out_.help = true;
        break;
      case code::version:
        out_.version = true;
        break;
      case code::watch:
        out_.watch = true;
        break;
      case code::target:
        out_.targets.emplace_back(value);
        break;
      case code::expect_host:
        out_.expect_host = value;
        if (!is_host_name(value))
          error_ = "--expect-host: " + in_quotes(value) + " is no host name, machine-id or product_uuid";
        break;
      case code::timeout: {
        const auto time = parse_seconds(value, shortest_timeout, longest_timeout);
        if (!time) error_ = "--timeout: " + in_quotes(value) + " is not a number of seconds from 0.001 to 3600";
        out_.timeout = time.value_or(out_.timeout);
        break;
      }
      case code::wait:
        out_.wait = value.empty() ? longest_wait : parse_seconds(value, std::chrono::nanoseconds{0}, longest_wait);
        if (!out_.wait) error_ = "--wait: " + in_quotes(value) + " is not a number of seconds from 0 to 31536000";
        break;
      case code::operation:
        out_.operation = value;
        if (!parse_operation(value)) error_ = "--operation: " + in_quotes(value) + " is not reinstall, wipe or reboot";
        break;
      case code::verdict:
        out_.verdict = value;
        if (value != "allow" && value != "refuse" && value != "unknown")
          error_ = "--verdict: " + in_quotes(value) + " is not allow, refuse or unknown";
        break;
      case code::reason:
        out_.reason = value;
        break;
      case code::signature:
        out_.signatures.emplace_back(value);
        break;
      case code::nonce:
        out_.nonce = value;
        break;
      case code::host:
        out_.host = value;
        break;
      case code::holder:
        out_.holder = static_cast<std::int32_t>(parse_count(value, 1, largest_pid).value_or(0));
        if (out_.holder == 0) error_ = "--holder: " + in_quotes(value) + " is no process's number";
        break;
      case code::valid:
        out_.valid_s = parse_count(value, 1, longest_valid_s);
        if (!out_.valid_s)
          error_ = "--valid: " + in_quotes(value) + " is not a whole number of seconds from 1 to " +
                   std::to_string(longest_valid_s);
        break;
      case code::status: {
        const auto status = parse_count(value, 0, largest_status);
        if (!status) error_ = "--status: " + in_quotes(value) + " is no exit status from 0 to 255";
        out_.status = static_cast<int>(status.value_or(0));
        break;
      }
      case code::stop_on_revoke:
        out_.stop_on_revoke = true;
        break;
      case code::verdict_file:
        out_.verdict_file = value;
        break;
      case code::state_dir:
        out_.state_dir = value;
        break;
      case code::until:
        out_.until_s = parse_moment(value, std::time(nullptr), Direction::ahead);
        if (!out_.until_s) error_ = "--until: " + in_quotes(value) + std::string(no_moment);
        break;
      case code::since:
        out_.since_s = parse_moment(value, std::time(nullptr), Direction::ago);
        if (!out_.since_s) error_ = "--since: " + in_quotes(value) + std::string(no_moment);
        break;
      default:
        error_ = "an option that nothing handles";  // a long option without a case
    }
  }

  void check_whole() {
    if (command_ == nullptr) {
      error_ = group_.empty() ? "no command" : in_quotes(group_) + " wants a second word";
      return;
    }
    for (const Specific& one : specific_options) {
      const bool given = seen_.contains(one.code);
      if (given && (command_->takes & one.bit) == 0) error_ = out_.command + " does not take " + one.name;
      if (!given && (command_->wants & one.bit) != 0) error_ = out_.command + " wants " + one.name;
    }
    const std::size_t count = out_.operands.size();
    if (command_->operands == Operands::some && count == 0) {
      error_ = out_.command + " wants at least one operand: an empty list is never everything";
    } else if (command_->operands == Operands::none && count > 0) {
      error_ = out_.command + " takes no operand, and got " + in_quotes(out_.operands.front());
    } else if (command_->operands == Operands::one && count != 1) {
      error_ =
          out_.command + " wants one operand, and got " + (count == 0 ? "none" : in_quotes(out_.operands[1]) + " too");
    } else if (command_->runs_rest && out_.rest.empty()) {
      error_ = out_.command + " wants -- and then what it is to run";
    } else if (command_->runs_rest && out_.rest.front().empty()) {
      error_ = "what is to be run is empty: is a shell variable unset?";
    }
  }

  std::vector<std::string> words_;
  std::span<const CommandSyntax> commands_;
  std::string group_;
  const CommandSyntax* command_ = nullptr;
  std::set<int> seen_;
  std::string error_;
  Arguments out_;
};

}  // namespace

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

Result<Arguments> parse_arguments(std::span<const std::string_view> arguments,
                                  std::span<const CommandSyntax> commands) {
  return Reader(arguments, commands).read();
}

}  // namespace guardd::client
