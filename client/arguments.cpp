// SPDX-License-Identifier: Apache-2.0
#include "client/arguments.hpp"

#include <getopt.h>

#include <algorithm>
#include <set>

#include "client/option_values.hpp"
#include "core/text.hpp"

namespace guardd::client {
namespace {

using namespace std::string_literals;

/// What getopt_long(3) returns for a word that is no option, and behind which number its long options begin.
constexpr int operand_code = 1;
constexpr int first_option_code = 256;

int code_of(OptionId id) { return first_option_code + static_cast<int>(id); }

/// The table as getopt_long(3) wants it. "-h" comes as itself.
std::vector<option> long_options() {
  std::vector<option> made;
  for (const OptionSyntax& one : options()) {
    const int value = one.value.empty() ? no_argument : one.value_may_miss ? optional_argument : required_argument;
    made.push_back({one.name.data() + 2, value, nullptr, code_of(one.id)});  // a literal, which ends in a zero
  }
  made.push_back({nullptr, 0, nullptr, 0});
  return made;
}

constexpr std::string_view empty_argument = "an argument is empty: is a shell variable unset?";

Error usage(std::string message) { return {"usage", std::move(message)}; }

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
    const std::vector<option> known = long_options();
    opterr = 0;
    optind = 0;  // glibc: start anew
    // '-': every word in its order, none moved to the end. ':': a missing value is told from an unknown option.
    while (error_.empty()) {
      const char* const word = argv[static_cast<std::size_t>(std::max(optind, 1))];
      const int option = getopt_long(argc, argv.data(), "-:h", known.data(), nullptr);
      if (option == -1) break;
      if (option == operand_code) {
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
    const auto found = std::ranges::find(options(), word == "-h" ? "--help" : name, &OptionSyntax::name);
    const bool is_separate = name.size() == word.size();
    if (found == options().end()) {
      error_ = "there is no option " + in_quotes(name) + " (a file of that name: ./" + printable(name, 200) + ")";
    } else if (given == '?') {
      error_ = name + " takes no value";
    } else if (!found->repeats && seen_.contains(found->id)) {
      error_ = name + " is given twice";
    } else if (given == ':' || (value != nullptr && is_separate && *value == '-')) {
      error_ = name + " wants a value";
    } else if (value != nullptr && *value == '\0') {
      error_ = name + " has an empty value: is a shell variable unset?";
    } else {
      seen_.insert(found->id);
      error_ = take_value(out_, found->id, value == nullptr ? std::string_view{} : value);
    }
  }

  void check_whole() {
    if (command_ == nullptr) {
      error_ = group_.empty() ? "no command" : in_quotes(group_) + " wants a second word";
      return;
    }
    for (const OptionSyntax& one : options()) {
      const bool given = seen_.contains(one.id);
      if (given && !takes(*command_, one)) error_ = out_.command + " does not take " + std::string(one.name);
      if (!given && (command_->wants & bit_of(one.id)) != 0) error_ = out_.command + " wants " + std::string(one.name);
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
  std::set<OptionId> seen_;
  std::string error_;
  Arguments out_;
};

}  // namespace

bool takes(const CommandSyntax& command, const OptionSyntax& option) {
  return option.is_common || (command.takes & bit_of(option.id)) != 0;
}

Result<Arguments> parse_arguments(std::span<const std::string_view> arguments,
                                  std::span<const CommandSyntax> commands) {
  return Reader(arguments, commands).read();
}

}  // namespace guardd::client
