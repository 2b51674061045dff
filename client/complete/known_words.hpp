// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/complete/completion.hpp"

namespace guardd::client {

/// The words of a kind that has a fixed set of them; none for the others.
std::vector<Candidate> known_words(WordKind kind);

/// The first clause of an option's help: a shell has one line for it.
std::string in_brief(std::string_view help);

}  // namespace guardd::client
