// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace guardd {

/// A fact that could not be had, and why. Never the same as "no" or "none".
struct Unknown {
  std::string why;
  bool operator==(const Unknown&) const = default;
};

/// The tri-state of the whole project: a bool that is known is yes or no; one that is not says why.
template <typename T>
class Known {
 public:
  Known() : state_(Unknown{"not looked at"}) {}
  Known(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Known(Unknown unknown) : state_(std::in_place_index<1>, std::move(unknown)) {}

  [[nodiscard]] bool known() const { return state_.index() == 0; }
  /// Throws std::bad_variant_access when unknown: ask known() first.
  [[nodiscard]] const T& value() const { return std::get<0>(state_); }
  [[nodiscard]] const std::string& why() const { return std::get<1>(state_).why; }
  /// The value, or `otherwise`, which must be the choice that refuses more.
  [[nodiscard]] T value_or(T otherwise) const { return known() ? value() : std::move(otherwise); }

  bool operator==(const Known&) const = default;

 private:
  std::variant<T, Unknown> state_;
};

}  // namespace guardd
