// SPDX-License-Identifier: Apache-2.0
#include "client/members.hpp"

#include "core/text.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string shown_text(const json& object, const char* key) {
  const json* const found = member(object, key);
  return found != nullptr && found->is_string() ? reprintable(found->get_ref<const std::string&>()) : std::string();
}

std::optional<std::int64_t> shown_integer(const json& object, const char* key) {
  const json* const found = member(object, key);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

const json& shown_object(const json& object, const char* key) {
  static const json empty = json::object();
  const json* const found = member(object, key);
  return found != nullptr && found->is_object() ? *found : empty;
}

const json& shown_array(const json& object, const char* key) {
  static const json empty = json::array();
  const json* const found = member(object, key);
  return found != nullptr && found->is_array() ? *found : empty;
}

std::string shown_list(const json& object, const char* key, std::size_t limit) {
  std::string text;
  std::size_t count = 0;
  for (const json& item : shown_array(object, key)) {
    if (!item.is_string() && !item.is_number_integer()) continue;
    if (!text.empty()) text += ", ";
    if (count++ == limit) return text + "...";
    text +=
        item.is_string() ? reprintable(item.get_ref<const std::string&>()) : std::to_string(item.get<std::int64_t>());
  }
  return text;
}

}  // namespace guardd::client
