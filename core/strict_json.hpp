// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

struct JsonLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t depth = 16;
  std::size_t values = 8192;  ///< objects, arrays, members and scalars together
};

/// Parses one whole document within the limits: a duplicate key, invalid UTF-8, a number that does not fit or anything after
/// the document is an error, whose message begins with the JSON pointer or the byte offset.
Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits);

/// Serialises for the wire: invalid UTF-8 becomes U+FFFD. One line.
std::string to_text(const nlohmann::json& value);

/// Reads an object's members strictly: every member must be asked for, in the right type, or finish() is an error. The first
/// error sticks, with the JSON pointer to it.
class ObjectReader {
 public:
  ObjectReader(const nlohmann::json& object, std::string pointer);

  /// The member, or null when it is absent. Marks it as known.
  const nlohmann::json* find(const std::string& key);
  std::string text(const std::string& key, bool required);
  std::vector<std::string> texts(const std::string& key);
  /// The integer, or `otherwise` when absent; outside [low, high] is an error.
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high, std::int64_t otherwise);
  bool boolean(const std::string& key, bool otherwise);

  void fail(const std::string& pointer, const std::string& what);
  /// Unknown members are errors here. "" when all was well, otherwise "/pointer: what".
  [[nodiscard]] std::string finish();
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  /// `pointer()/key` with the escapes of RFC 6901.
  [[nodiscard]] std::string at(const std::string& key) const;

 private:
  const nlohmann::json& object_;
  std::string pointer_;
  std::set<std::string> known_;
  std::string error_;
};

}  // namespace guardd
