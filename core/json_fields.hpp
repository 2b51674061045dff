// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/known.hpp"

/// Passive structs as JSON objects, one line a type: GUARDD_JSON_FIELDS(Type, member, ...) in namespace guardd defines
/// to_json and from_json, and fails to compile when a member is not listed. Members that have their default are left
/// out; absent members keep it; unknown ones are ignored; a wrong type, or a number that the member can't hold, throws
/// nlohmann::json::exception.
namespace guardd::json_fields {

[[noreturn]] inline void wrong(const nlohmann::json& found, const std::string& expected) {
  throw nlohmann::json::type_error::create(302, "expected " + expected + ", found " + found.type_name(), &found);
}

template <typename T>
void read(const nlohmann::json& in, T& out) {
  if constexpr (std::same_as<T, bool>) {
    if (!in.is_boolean()) wrong(in, "a boolean");
    out = in.get<bool>();
  } else if constexpr (std::integral<T>) {
    // get<T>() would cut a wider number down without a word.
    if (in.is_number_unsigned() && std::in_range<T>(in.get<std::uint64_t>())) {
      out = static_cast<T>(in.get<std::uint64_t>());
    } else if (in.is_number_integer() && !in.is_number_unsigned() && std::in_range<T>(in.get<std::int64_t>())) {
      out = static_cast<T>(in.get<std::int64_t>());
    } else {
      wrong(in, "an integer of " + std::to_string(sizeof(T)) + " bytes");
    }
  } else {
    in.get_to(out);
  }
}

template <typename T>
void read(const nlohmann::json& in, std::vector<T>& out) {
  if (!in.is_array()) wrong(in, "an array");
  out.clear();
  out.reserve(in.size());
  for (const nlohmann::json& element : in) read(element, out.emplace_back());
}

template <typename T>
void read_member(const nlohmann::json& in, const char* key, T& out) {
  if (const auto found = in.find(key); found != in.end()) read(*found, out);
}

template <typename T>
void write_member(nlohmann::json& out, const char* key, const T& value, const T& standard) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string>) {
    if (value == standard) return;
  }
  if constexpr (requires { value.empty(); }) {
    if (value.empty() && standard.empty()) return;
  }
  out[key] = value;
}

/// Converts to anything, to count by how many initialisers an aggregate can be made: one a member.
struct Anything {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor): implicit is the point; never defined
};

template <typename T, typename... Initialisers>
consteval std::size_t member_count() {
  if constexpr (requires { T{Initialisers{}..., Anything{}}; }) {
    return member_count<T, Initialisers..., Anything>();
  } else {
    return sizeof...(Initialisers);
  }
}

}  // namespace guardd::json_fields

namespace guardd {

/// {"value": x}, or {"unknown": "why"}.
template <typename T>
void to_json(nlohmann::json& out, const Known<T>& known) {
  out = nlohmann::json::object();
  if (known.known()) {
    out["value"] = known.value();
  } else {
    out["unknown"] = known.why();
  }
}

template <typename T>
void from_json(const nlohmann::json& in, Known<T>& known) {
  if (!in.is_object() || in.contains("value") == in.contains("unknown")) {
    json_fields::wrong(in, "an object with either \"value\" or \"unknown\"");
  }
  if (in.contains("value")) {
    T value{};
    json_fields::read(in.at("value"), value);
    known = std::move(value);
  } else {
    known = Unknown{in.at("unknown").get<std::string>()};
  }
}

}  // namespace guardd

// NOLINTBEGIN(bugprone-macro-parentheses): members and types can't be put in parentheses
#define GUARDD_JSON_ONE(member) +1
#define GUARDD_JSON_READ(member) json_fields::read_member(in, #member, value.member);
#define GUARDD_JSON_WRITE(member) json_fields::write_member(out, #member, value.member, standard.member);
#define GUARDD_JSON_FIELDS(Type, ...)                                                                                 \
  static_assert(                                                                                                      \
      json_fields::member_count<Type>() == 0 NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GUARDD_JSON_ONE, __VA_ARGS__)), \
      "a member of " #Type " would be lost between guardd and its workers");                                          \
  void to_json(nlohmann::json& out, const Type& value) {                                                              \
    static const Type standard{};                                                                                     \
    out = nlohmann::json::object();                                                                                   \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GUARDD_JSON_WRITE, __VA_ARGS__))                                         \
  }                                                                                                                   \
  void from_json(const nlohmann::json& in, Type& value) {                                                             \
    if (!in.is_object()) json_fields::wrong(in, "an object (" #Type ")");                                             \
    value = Type{};                                                                                                   \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GUARDD_JSON_READ, __VA_ARGS__))                                          \
  }
// NOLINTEND(bugprone-macro-parentheses)
