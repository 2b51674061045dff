// SPDX-License-Identifier: Apache-2.0
#include "client/arguments.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

#include "core/text.hpp"

namespace guardd::client {
namespace {

enum class Value { none, required, optional };

struct OptionSyntax {
  std::string_view name;
  Value value;
};

constexpr std::string_view target_option = "--target";
constexpr std::string_view wait_option = "--wait";
constexpr std::string_view watch_option = "--watch";
constexpr OptionSyntax known_options[] = {
    {"--socket", Value::required},
    {"--json", Value::none},
    {"--quiet", Value::none},
    {"--timeout", Value::required},
    {"--expect-host", Value::required},
    {wait_option, Value::optional},
    {target_option, Value::required},
    {watch_option, Value::none},
    {"--help", Value::none},
    {"--version", Value::none},
};

/// sethostname(2) takes 64 bytes, DNS names have at most 253.
constexpr std::size_t longest_host = 253;

Error usage(std::string message) { return {"usage", std::move(message)}; }

std::string quoted(std::string_view text) { return "'" + printable(text, 200) + "'"; }

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_host && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

/// Walks the words once; each kind of word has its function. The first error ends it.
class Reader {
 public:
  Reader(std::span<const std::string_view> words, std::span<const CommandSyntax> commands)
      : words_(words), commands_(commands) {}

  Result<Arguments> read() {
    while (error_.empty() && next_ < words_.size()) take_word();
    if (error_.empty() && !out_.help && !out_.version) check_whole();
    if (!error_.empty()) return usage(error_);
    return out_;
  }

 private:
  void take_word() {
    const std::string_view word = words_[next_++];
    if (word.empty()) {
      error_ = "an argument is empty: is a shell variable unset?";
    } else if (!only_operands_ && word == "--") {
      only_operands_ = true;
    } else if (!only_operands_ && word == "-h") {
      out_.help = true;
    } else if (!only_operands_ && word.size() > 1 && word.front() == '-') {
      take_option(word);
    } else if (command_ == nullptr) {
      take_command(word);
    } else {
      out_.operands.emplace_back(word);
    }
  }

  void take_command(std::string_view word) {
    std::string name(word);
    const auto is_group = [&](const CommandSyntax& command) { return command.name.starts_with(name + " "); };
    if (std::any_of(commands_.begin(), commands_.end(), is_group)) {
      // Options may stand anywhere, also between the two words of a command.
      if (group_.empty()) {
        group_ = name;
        return;
      }
    }
    if (!group_.empty()) name = group_ + " " + name;
    const auto found = std::find_if(commands_.begin(), commands_.end(),
                                    [&](const CommandSyntax& command) { return command.name == name; });
    if (found == commands_.end()) {
      error_ = "there is no command " + quoted(name);
      return;
    }
    command_ = &*found;
    out_.command = found->name;
  }

  void take_option(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto* option = std::find_if(std::begin(known_options), std::end(known_options),
                                      [&](const OptionSyntax& known) { return known.name == name; });
    if (option == std::end(known_options)) {
      error_ = "there is no option " + quoted(name) + " (a file of that name: ./" + printable(name, 200) + ")";
      return;
    }
    if (name != target_option && std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
      error_ = std::string(name) + " is given twice";
      return;
    }
    seen_.push_back(option->name);

    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (option->value == Value::required && next_ < words_.size() && !words_[next_].starts_with('-')) {
      value = words_[next_++];
    }
    if (option->value == Value::none && value) {
      error_ = std::string(name) + " takes no value";
    } else if (option->value == Value::required && !value) {
      error_ = std::string(name) + " wants a value";
    } else if (value && value->empty()) {
      error_ = std::string(name) + " has an empty value: is a shell variable unset?";
    } else {
      store(name, value.value_or(std::string_view{}));
    }
  }

  void store(std::string_view name, std::string_view value) {
    if (name == "--socket") {
      out_.socket = value;
      out_.socket_given = true;
      if (value.size() >= sizeof(sockaddr_un::sun_path))
        error_ = "--socket: a socket's path has at most 107 bytes, unix(7)";
    } else if (name == "--json") {
      out_.json = true;
    } else if (name == "--quiet") {
      out_.quiet = true;
    } else if (name == "--help") {
      out_.help = true;
    } else if (name == "--version") {
      out_.version = true;
    } else if (name == watch_option) {
      out_.watch = true;
    } else if (name == target_option) {
      out_.targets.emplace_back(value);
    } else if (name == "--expect-host") {
      out_.expect_host = value;
      if (!is_host_name(value))
        error_ = "--expect-host: " + quoted(value) + " is no host name, machine-id or product_uuid";
    } else if (name == "--timeout") {
      const auto time = parse_seconds(value, shortest_timeout, longest_timeout);
      if (!time) error_ = "--timeout: " + quoted(value) + " is not a number of seconds from 0.001 to 3600";
      out_.timeout = time.value_or(out_.timeout);
    } else if (name == wait_option) {
      out_.wait = value.empty() ? longest_wait : parse_seconds(value, std::chrono::nanoseconds{0}, longest_wait);
      if (!out_.wait) error_ = "--wait: " + quoted(value) + " is not a number of seconds from 0 to 31536000";
    }
  }

  void check_whole() {
    if (command_ == nullptr) {
      error_ = group_.empty() ? "no command" : quoted(group_) + " wants a second word";
      return;
    }
    const auto misplaced = [&](std::string_view option, bool taken) {
      return !taken && std::find(seen_.begin(), seen_.end(), option) != seen_.end();
    };
    for (const auto& [option, taken] :
         {std::pair{target_option, command_->target_option}, std::pair{wait_option, command_->wait_option},
          std::pair{watch_option, command_->watch_option}}) {
      if (misplaced(option, taken)) error_ = out_.command + " does not take " + std::string(option);
    }
    if (command_->operands && out_.operands.empty()) {
      error_ = out_.command + " wants at least one operand: an empty list is never everything";
    } else if (!command_->operands && !out_.operands.empty()) {
      error_ = out_.command + " takes no operand, and got " + quoted(out_.operands.front());
    }
  }

  std::span<const std::string_view> words_;
  std::span<const CommandSyntax> commands_;
  std::size_t next_ = 0;
  bool only_operands_ = false;
  std::string group_;
  const CommandSyntax* command_ = nullptr;
  std::vector<std::string_view> seen_;
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
