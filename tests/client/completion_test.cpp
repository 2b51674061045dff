// SPDX-License-Identifier: Apache-2.0
#include "client/complete/completion.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "client/command_table.hpp"
#include "client/complete/known_words.hpp"

namespace guardd::client {
namespace {

using Words = std::vector<std::string>;

/// A host on which there is one of everything that the tables don't know.
std::vector<Candidate> one_of_each(WordKind kind, const Arguments& partial) {
  if (kind == WordKind::hold) return {{"h1", partial.socket}};
  if (kind == WordKind::disk_or_path) return {{"/dev/sda", "1.0 TiB"}};
  if (kind == WordKind::dataset) return {{"mysql:1", "mysql"}};
  return {};
}

Completion complete_line(Words words) {
  words.insert(words.begin(), "guardctl");
  return complete_words(words, one_of_each);
}

Words offered(Words words) {
  Words found;
  for (const Candidate& one : complete_line(std::move(words)).candidates) found.push_back(one.word);
  return found;
}

bool has_word(const Words& words, const std::string& word) { return std::ranges::find(words, word) != words.end(); }

TEST_CASE("every command can be reached word by word, with what it means") {
  for (const Command& command : commands()) {
    const std::string name(command.syntax.name);
    const std::size_t gap = name.find(' ');
    const Completion first = complete_line({""});
    const auto found = std::ranges::find(first.candidates, name.substr(0, gap), &Candidate::word);
    REQUIRE(found != first.candidates.end());
    CHECK_FALSE(found->description.empty());
    if (gap != std::string::npos) CHECK(has_word(offered({name.substr(0, gap), ""}), name.substr(gap + 1)));
  }
  const Words all = offered({""});
  for (const std::string& word : all) CHECK(std::ranges::count(all, word) == 1);
}

TEST_CASE("every command is offered exactly the options that it takes") {
  for (const Command& command : commands()) {
    Words line;
    std::string name(command.syntax.name);
    if (const std::size_t gap = name.find(' '); gap != std::string::npos) {
      line.push_back(name.substr(0, gap));
      name.erase(0, gap + 1);
    }
    line.push_back(name);
    line.emplace_back("--");
    const Words found = offered(line);
    for (const OptionSyntax& option : options())
      CHECK(has_word(found, std::string(option.name)) == takes(command.syntax, option));
  }
}

TEST_CASE("a value is completed behind a blank and behind an equals sign") {
  CHECK(offered({"hold", "add", "--operation", "re"}) == Words{"reinstall", "reboot"});
  CHECK(offered({"hold", "add", "--operation=w"}) == Words{"--operation=wipe"});
  CHECK(offered({"check-reinstall", "--target=/dev/s"}) == Words{"--target=/dev/sda"});
  CHECK(offered({"hold", "add", "--reason", ""}).empty());
  // An optional value stands behind the sign alone: the next word is another one.
  CHECK(offered({"check-wipe", "--wait", ""}) == Words{"/dev/sda"});
  CHECK(offered({"check-wipe", "--wa"}) == Words{"--wait", "--wait="});
  CHECK(complete_line({"--socket", "/r"}).shell == ShellPart::files);
  CHECK(complete_line({"check-start", "--state-dir="}).shell == ShellPart::directories);
}

TEST_CASE("what is given is not given again, and ids are asked for where the line says") {
  CHECK(offered({"--json", "status", "--j"}).empty());
  CHECK(offered({"check-reinstall", "--target", "/x", "--ta"}) == Words{"--target"});
  CHECK(offered({"check-wipe", "/dev/sda", ""}).empty());
  CHECK(complete_line({"--socket=/x", "hold", "remove", ""}).candidates.at(0).description == "/x");
  CHECK(complete_line({"--socket", "/y", "hold", "remove", ""}).candidates.at(0).description == "/y");
  CHECK(offered({"override", "request", "release", ""}) == Words{"mysql:1"});
  CHECK(offered({"override", "request", "wipe", "x"}).empty());
}

TEST_CASE("behind the separator: operands, or a command of its own") {
  CHECK(has_word(offered({"exec", "wipe", ""}), "--"));
  CHECK(complete_line({"exec", "wipe", "--", ""}).command_at == 4);
  CHECK(complete_line({"exec", "wipe", "--", "dd", "if"}).command_at == 4);
  CHECK(complete_line({"exec", "--", "--json", ""}).shell == ShellPart::command);
  CHECK(complete_line({"check-wipe", "--", "--"}).candidates.empty());
  CHECK(offered({"check-wipe", "--", ""}) == Words{"/dev/sda"});
}

TEST_CASE("lines that make no sense, or are none yet") {
  CHECK(offered({"erase", ""}).empty());
  CHECK(offered({"policy", "erase", ""}).empty());
  CHECK(offered({"--bad", "--bad=x", "-", ""}).empty());
  CHECK(complete_words(Words{}, one_of_each).candidates.size() > 10);
  CHECK(complete_words(Words{"guardctl"}, one_of_each).candidates.size() > 10);
  CHECK(offered({"status", ""}).size() > 3);
}

TEST_CASE("a description is a clause") {
  for (const OptionSyntax& option : options()) {
    CHECK_FALSE(option.help.empty());
    CHECK(in_brief(option.help).size() <= option.help.size());
  }
  CHECK(in_brief("this disk; may be repeated") == "this disk");
  CHECK(in_brief("a time (default 5). And more") == "a time");
  CHECK(in_brief("plain") == "plain");
}

}  // namespace
}  // namespace guardd::client
