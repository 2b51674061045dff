// SPDX-License-Identifier: Apache-2.0
#include "client/complete/completion.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "client/command_table.hpp"
#include "client/complete/known_words.hpp"
#include "client/options.hpp"

namespace guardd::client {
namespace {

/// A command line up to the word that is being typed, read as far as it makes sense: client/arguments.cpp judges it.
class Line {
 public:
  Line(std::span<const std::string> words, const Lookup& lookup) : lookup_(lookup) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i) take(words[i], i);
    if (words.size() > 1) word_ = words.back();
  }

  Completion complete() {
    if (runs_at_ != 0) return {{}, ShellPart::command, runs_at_};
    if (valued_ != nullptr) {
      add_kind(valued_->kind, "");
    } else if (!is_separated_ && word_.starts_with("--") && word_.find('=') != std::string::npos) {
      add_value_in_word();
    } else if (!is_separated_ && word_.starts_with('-')) {
      add_options();
    } else {
      add_word();
    }
    std::erase_if(found_.candidates, [&](const Candidate& one) { return !one.word.starts_with(word_); });
    return std::move(found_);
  }

 private:
  void take(const std::string& word, std::size_t at) {
    if (runs_at_ != 0) return;
    if (valued_ != nullptr) {
      take_value(*std::exchange(valued_, nullptr), word);
    } else if (!is_separated_ && word == "--") {
      is_separated_ = true;
      if (command_ != nullptr && command_->syntax.runs_rest) runs_at_ = at + 1;
    } else if (!is_separated_ && word.starts_with('-') && word != "-") {
      take_option(word);
    } else {
      take_plain(word);
    }
  }

  void take_option(const std::string& word) {
    const std::size_t end = std::min(word.find('='), word.size());
    const auto option = std::ranges::find(options(), std::string_view(word).substr(0, end), &OptionSyntax::name);
    if (option == options().end()) return;
    seen_.insert(option->id);
    if (end < word.size()) {
      take_value(*option, word.substr(end + 1));
    } else if (!option->value.empty() && !option->value_may_miss) {
      valued_ = &*option;
    }
  }

  void take_value(const OptionSyntax& option, const std::string& value) {
    if (option.id != OptionId::socket_path) return;
    partial_.socket = value;
    partial_.socket_given = true;
  }

  void take_plain(const std::string& word) {
    if (command_ != nullptr) {
      operands_.push_back(word);
    } else {
      begin_ += (begin_.empty() ? "" : " ") + word;
      command_ = find_command(begin_);
    }
  }

  [[nodiscard]] bool may_be_given(const OptionSyntax& option) const {
    if (seen_.contains(option.id) && !option.repeats) return false;
    return command_ == nullptr ? option.is_common : takes(command_->syntax, option);
  }

  void add_options() {
    if (command_ != nullptr && command_->syntax.runs_rest) add_separator();
    for (const OptionSyntax& option : options()) {
      if (!may_be_given(option)) continue;
      found_.candidates.push_back({std::string(option.name), in_brief(option.help)});
      if (option.value_may_miss) found_.candidates.push_back({std::string(option.name) + "=", in_brief(option.help)});
    }
  }

  void add_separator() { found_.candidates.push_back({"--", "and then the command to run"}); }

  void add_value_in_word() {
    const std::string name = word_.substr(0, word_.find('='));
    const auto option = std::ranges::find(options(), name, &OptionSyntax::name);
    if (option != options().end() && !option->value.empty()) add_kind(option->kind, name + "=");
  }

  void add_word() {
    if (command_ == nullptr) return add_commands();
    const CommandSyntax& syntax = command_->syntax;
    const bool has_room = syntax.operands == Operands::some || (syntax.operands == Operands::one && operands_.empty());
    if (has_room) {
      add_kind(kind_of_operand(syntax), "");
    } else if (!is_separated_) {
      if (word_.empty()) add_options();
    }
  }

  [[nodiscard]] WordKind kind_of_operand(const CommandSyntax& syntax) const {
    if (operands_.empty()) return syntax.operand;
    // Behind an operation there is nothing more to name; behind "release" there is a dataset.
    if (syntax.operand == WordKind::override_subject && operands_.front() != "release") return WordKind::text;
    return syntax.further_operand;
  }

  /// The next word of each command that begins as this line does; several that share it are told together.
  void add_commands() {
    const std::string begin = begin_.empty() ? "" : begin_ + " ";
    for (const Command& command : commands()) {
      if (!command.syntax.name.starts_with(begin)) continue;
      std::string_view rest = command.syntax.name.substr(begin.size());
      const bool is_group = rest.find(' ') != std::string_view::npos;
      std::string_view second = is_group ? rest.substr(rest.find(' ') + 1) : std::string_view();
      rest = rest.substr(0, rest.find(' '));
      auto& candidates = found_.candidates;
      if (is_group && !candidates.empty() && candidates.back().word == rest) {
        candidates.back().description.append(", ").append(second);
      } else {
        candidates.push_back({std::string(rest), std::string(is_group ? second : command.description)});
      }
    }
  }

  void add_kind(WordKind kind, const std::string& before) {
    if (kind == WordKind::directory) found_.shell = ShellPart::directories;
    if (kind == WordKind::file || kind == WordKind::disk_or_path || kind == WordKind::dataset_or_path)
      found_.shell = ShellPart::files;
    std::vector<Candidate> known = known_words(kind);
    if (known.empty()) known = lookup_(kind, partial_);
    for (Candidate& one : known) {
      // What is given already is not given again.
      if (std::ranges::find(operands_, one.word) != operands_.end()) continue;
      found_.candidates.push_back({before + one.word, std::move(one.description)});
    }
  }

  const Lookup& lookup_;
  Arguments partial_;
  std::string word_;   // being typed
  std::string begin_;  // of a command's name
  const Command* command_ = nullptr;
  std::vector<std::string> operands_;
  std::set<OptionId> seen_;
  const OptionSyntax* valued_ = nullptr;  // the next word is its value
  bool is_separated_ = false;
  std::size_t runs_at_ = 0;
  Completion found_;
};

}  // namespace

Completion complete_words(std::span<const std::string> words, const Lookup& lookup) {
  return Line(words, lookup).complete();
}

}  // namespace guardd::client
