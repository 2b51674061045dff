// SPDX-License-Identifier: Apache-2.0
#include "core/operation.hpp"

#include <utility>

namespace guardd {
namespace {

constexpr std::pair<Operation, std::string_view> operation_names[] = {
    {Operation::reinstall, "reinstall"}, {Operation::wipe, "wipe"}, {Operation::reboot, "reboot"}};
constexpr std::pair<Outcome, std::string_view> outcome_names[] = {
    {Outcome::allow, "allow"}, {Outcome::unknown, "unknown"}, {Outcome::refuse, "refuse"}};

template <typename Value, typename Names>
std::string_view name_of(Value value, const Names& names) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  return "?";
}

template <typename Value, typename Names>
std::optional<Value> value_of(std::string_view text, const Names& names) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Operation operation) { return name_of(operation, operation_names); }
std::optional<Operation> parse_operation(std::string_view text) { return value_of<Operation>(text, operation_names); }
std::string_view to_string(Outcome outcome) { return name_of(outcome, outcome_names); }
std::optional<Outcome> parse_outcome(std::string_view text) { return value_of<Outcome>(text, outcome_names); }

}  // namespace guardd
