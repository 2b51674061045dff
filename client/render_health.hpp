// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "client/render.hpp"

namespace guardd::client {

/// How guardd itself is, out of GET /v1/status: one line where all is well, else each problem in full and what to do.
std::string render_health(const nlohmann::json& document, const Style& style);

}  // namespace guardd::client
