// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "client/render.hpp"

namespace guardd::client {

/// A permit as it stands on the wire, for people: a line, and some more for who has it and what became of it.
std::string permit_lines(const nlohmann::json& permit, const Style& style);

}  // namespace guardd::client
