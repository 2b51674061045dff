// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "client/session.hpp"

namespace guardd::client {

/// What became of giving a permit back.
struct GivenBack {
  nlohmann::json permit;    ///< as it is then; null where guardd did not say
  bool is_unknown = false;  ///< guardd answers, and knows no such permit to be under way: it can't have been valid
  std::string problem;      ///< why there is no permit; goes on from "permit ID could not be given back: "
};

/// Tells guardd how the command has ended; nothing where nothing of it ran. Tries again, for `patience`, where guardd
/// is away or has no time: a restart takes a moment.
GivenBack give_back(Session& session, const std::string& id, std::optional<int> exit_status,
                    std::chrono::nanoseconds patience);

}  // namespace guardd::client
