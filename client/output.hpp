// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace guardd::client {

/// Gives the standard descriptors that the caller closed a place-holder, so that no socket or file takes their number
/// and gets what was meant for the terminal. Writing to a closed standard output goes on failing.
void settle_standard_streams();

/// The whole text on standard output. False when it could not be written: then a verdict has not reached its reader.
[[nodiscard]] bool write_out(std::string_view text);
/// On standard error, as well as it goes.
void write_error(std::string_view text);

/// JSON for programs that is harmless on a terminal: one line, everything but printable ASCII escaped, bytes that are
/// no UTF-8 as U+FFFD.
std::string json_line(const nlohmann::json& document);
/// The same for people, indented.
std::string json_indented(const nlohmann::json& document);

/// Whether standard output takes colour: a terminal, and NO_COLOR unset or empty (no-color.org).
bool colour_wanted();
bool is_terminal();

}  // namespace guardd::client
