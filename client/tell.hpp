// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "client/arguments.hpp"
#include "client/fetch.hpp"

namespace guardd::client {

/// One request, and its answer on standard output as the command line wants it. The exit status.
int tell(const Arguments& arguments, const HttpRequest& request,
         std::string (*render)(const nlohmann::json&, const Style&));

/// Says what is wrong with the command line; the exit status for that.
int usage_error(const std::string& message);

/// Whether these may be ids of the ledger's, "h1" or "r17": they become part of a request's path.
bool all_ids(std::span<const std::string> words);

}  // namespace guardd::client
