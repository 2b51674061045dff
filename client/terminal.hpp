// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace guardd::client {

/// Whether somebody sits at standard input: only then may a command ask him anything.
bool is_somebody_there();

/// Asks on the terminal (/dev/tty), whatever standard output is, and takes the line that is typed, without blanks
/// around it. None where there is no terminal, or it ends.
std::optional<std::string> ask_on_terminal(std::string_view question);

}  // namespace guardd::client
