// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/start_intent.hpp"
#include "gate/places.hpp"

namespace guardd::gate {

/// An intent and the file that it stands in.
struct FiledIntent {
  std::string file;
  StartIntent intent;
};
struct StartIntents {
  std::vector<FiledIntent> intents;
  std::vector<std::string> problems;
};
StartIntents read_start_intents(const Places& places);

/// Under the lock. Every start has a file of its own, so that dropping one never drops a later start of that service;
/// those that this one supersedes go, so that they do not become more and more.
Result<bool> file_start_intent(const Places& places, const StartIntent& intent);
Result<bool> drop_start_intent(const Places& places, const std::string& file);

}  // namespace guardd::gate
