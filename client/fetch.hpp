// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "client/arguments.hpp"
#include "client/local_host.hpp"
#include "client/render.hpp"
#include "client/session.hpp"

namespace guardd::client {

/// What came of a request: a document, or {"error": {"code", "message", "remedy"}} with the exit status that goes with
/// it.
struct Fetched {
  int exit_status = 0;
  nlohmann::json document;
};

/// Asks for a JSON object that is no verdict. Where it says whose it is and of which boot, that must be right, as in a
/// verdict.
Fetched fetch_document(Session& session, const Arguments& arguments, const LocalHost& local,
                       const HttpRequest& request);

/// The error of a Fetched for people.
std::string render_failure(const Fetched& fetched, const Style& style);

/// Puts it on standard output as the command line wants it: JSON, what `render` makes of it, or nothing. The exit
/// status; unknown where it could not be written.
int show(const Arguments& arguments, const Fetched& fetched,
         std::string (*render)(const nlohmann::json&, const Style&));

}  // namespace guardd::client
