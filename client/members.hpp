// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

/// Looking into a document that only has to be shown: what is absent or of another type is empty. Nothing that a
/// decision hangs on goes through here.
namespace guardd::client {

/// The member as text that is safe on a terminal; empty when it is no string.
std::string shown_text(const nlohmann::json& object, const char* key);
/// The member as an integer.
std::optional<std::int64_t> shown_integer(const nlohmann::json& object, const char* key);
/// The member when it is an object, otherwise an empty object.
const nlohmann::json& shown_object(const nlohmann::json& object, const char* key);
/// The member when it is an array, otherwise an empty array.
const nlohmann::json& shown_array(const nlohmann::json& object, const char* key);
/// The array's strings and numbers, safe, "a, b, c", at most `limit` of them and then "...".
std::string shown_list(const nlohmann::json& object, const char* key, std::size_t limit);

}  // namespace guardd::client
