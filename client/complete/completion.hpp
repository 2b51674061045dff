// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "client/arguments.hpp"
#include "client/word_kind.hpp"

namespace guardd::client {

/// A word that may stand there. Both parts are one line of text that is safe on a terminal.
struct Candidate {
  std::string word;
  std::string description;
};

/// What the shell itself has to add: it knows files, and other programs' words.
enum class ShellPart { none, files, directories, command };

struct Completion {
  std::vector<Candidate> candidates;
  ShellPart shell = ShellPart::none;
  std::size_t command_at = 0;  ///< for ShellPart::command: which of the words is the program's name
};

/// What of this kind there is on this host, for what the tables don't know: disks, ids. `partial` has --socket.
using Lookup = std::function<std::vector<Candidate>(WordKind kind, const Arguments& partial)>;

/// What may stand in the place of the last of `words`, which begin with the program's own name and may be incomplete or
/// wrong. Out of the tables of commands and options; `lookup` is asked only where they end.
Completion complete_words(std::span<const std::string> words, const Lookup& lookup);

}  // namespace guardd::client
