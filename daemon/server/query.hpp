// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// A request's target taken apart.
struct RequestTarget {
  std::string path;
  std::map<std::string, std::string> parameters;
};
/// RFC 3986. A parameter that occurs twice, or a NUL in one, is an error ("bad_request").
Result<RequestTarget> parse_request_target(std::string_view target);

/// Reads parameters strictly: each must be asked for, and finish() tells of those that were not.
class ParameterReader {
 public:
  explicit ParameterReader(const std::map<std::string, std::string>& parameters) : left_(parameters) {}

  std::optional<std::string> text(const std::string& name);
  /// Digits alone; outside [low, high] is an error.
  std::optional<std::int64_t> number(const std::string& name, std::int64_t low, std::int64_t high);
  /// "" when all was well.
  [[nodiscard]] std::string finish() const;

 private:
  std::map<std::string, std::string> left_;
  std::string error_;
};

}  // namespace guardd
