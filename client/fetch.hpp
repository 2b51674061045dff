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

/// What a GET brought: a document, or {"error": {"code", "message", "remedy"}} with the exit status that goes with it.
struct Fetched {
  int exit_status = 0;
  nlohmann::json document;
};

/// GETs a JSON object that is no verdict. Where it says whose it is and of which boot, that must be right, as in a
/// verdict.
Fetched fetch_document(Session& session, const Arguments& arguments, const LocalHost& local, std::string_view path);

/// The error of a Fetched for people.
std::string render_failure(const nlohmann::json& document, const Style& style);

/// Lines to put over what is on a terminal's screen already, without clearing it first.
std::string on_screen(std::string_view text);

}  // namespace guardd::client
