// SPDX-License-Identifier: Apache-2.0
#include "client/complete/known_words.hpp"

#include <algorithm>

#include "core/operation.hpp"

namespace guardd::client {

std::vector<Candidate> known_words(WordKind kind) {
  std::vector<Candidate> words;
  if (kind == WordKind::operation || kind == WordKind::override_subject) {
    for (const Operation operation : all_operations) words.push_back({std::string(to_string(operation)), ""});
  }
  if (kind == WordKind::override_subject) words.push_back({"release", "of a dataset"});
  if (kind == WordKind::verdict) {
    for (const Outcome outcome : {Outcome::allow, Outcome::refuse, Outcome::unknown})
      words.push_back({std::string(to_string(outcome)), ""});
  }
  return words;
}

std::string in_brief(std::string_view help) {
  std::size_t end = help.size();
  for (const std::string_view mark : {" (", ". ", "; ", ": "}) end = std::min(end, help.find(mark));
  return std::string(help.substr(0, end));
}

}  // namespace guardd::client
