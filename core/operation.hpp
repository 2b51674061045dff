// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace guardd {

enum class Operation { reinstall, wipe, reboot };
inline constexpr std::array all_operations{Operation::reinstall, Operation::wipe, Operation::reboot};

std::string_view to_string(Operation operation);
std::optional<Operation> parse_operation(std::string_view text);

/// In order of strength: a refusal outweighs an unknown, which outweighs an allow.
enum class Outcome { allow, unknown, refuse };

std::string_view to_string(Outcome outcome);
std::optional<Outcome> parse_outcome(std::string_view text);

}  // namespace guardd
