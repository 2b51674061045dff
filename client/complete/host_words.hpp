// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "client/complete/completion.hpp"

namespace guardd::client {

/// A Lookup: disks as the kernel names them, and the ids that guardd knows. Somebody waits at his keyboard: what is not
/// answered at once, or not to this caller, is not there.
std::vector<Candidate> words_of_this_host(WordKind kind, const Arguments& partial);

}  // namespace guardd::client
