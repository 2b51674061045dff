// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

struct JsonLimits {
  std::size_t bytes = std::size_t{64} * 1024;
  std::size_t depth = 16;
  std::size_t values = 8192;  ///< objects, arrays, members and scalars together
};

/// Parses one whole document within the limits: a duplicate key, invalid UTF-8, a number that does not fit or anything
/// after the document is an error, whose message begins with the JSON pointer or the byte offset. Error codes:
/// "too_large" beyond a limit, "bad_json" for the rest.
Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits);

/// Serialises for the wire: invalid UTF-8 becomes U+FFFD. One line.
std::string to_text(const nlohmann::json& value);

/// `pointer` with one more reference token, escaped as RFC 6901 (section 3) wants it and safe to print.
std::string pointer_to(std::string_view pointer, std::string_view key);
std::string pointer_to(std::string_view pointer, std::size_t index);
/// "/pointer: what"; the whole document is "/".
std::string at_pointer(std::string_view pointer, std::string_view what);

/// Reads an object's members strictly: every member must be asked for, in the right type, or finish() is an error. The
/// first error sticks, with the JSON pointer to it.
class ObjectReader {
 public:
  ObjectReader(const nlohmann::json& object, std::string pointer);

  /// The member, or null when it is absent. Marks it as known.
  const nlohmann::json* find(const std::string& key);
  /// The string, "" when it is absent. A present one is neither empty nor longer than max_text, and has no NUL: what
  /// the kernel and the C library would read as another string.
  std::string text(const std::string& key, bool required);
  /// An array of such strings; empty when it is absent.
  std::vector<std::string> texts(const std::string& key);
  /// The integer, or `otherwise` when absent; outside [low, high] is an error.
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high, std::int64_t otherwise);
  bool boolean(const std::string& key, bool otherwise);

  void fail(const std::string& pointer, const std::string& what);
  [[nodiscard]] bool failed() const { return !error_.empty(); }
  /// Unknown members are errors here. "" when all was well, otherwise "/pointer: what".
  [[nodiscard]] std::string finish();
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  /// `pointer()/key` with the escapes of RFC 6901.
  [[nodiscard]] std::string at(const std::string& key) const { return pointer_to(pointer_, key); }

  static constexpr std::size_t max_text = 4096;  ///< PATH_MAX, limits.h

 private:
  std::string checked_text(const nlohmann::json& value, const std::string& pointer);

  const nlohmann::json& object_;
  std::string pointer_;
  std::set<std::string> known_;
  std::string error_;
};

}  // namespace guardd
