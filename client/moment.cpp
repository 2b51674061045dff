// SPDX-License-Identifier: Apache-2.0
#include "client/moment.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace guardd::client {
namespace {

constexpr std::int64_t longest_span_s = std::int64_t{100} * 365 * 86'400;

std::optional<std::int64_t> parse_span(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end + 1 != text.data() + text.size() || number <= 0) return std::nullopt;
  const std::int64_t unit = *end == 'm' ? 60 : *end == 'h' ? 3'600 : *end == 'd' ? 86'400 : 0;
  if (unit == 0 || number > longest_span_s / unit) return std::nullopt;
  return number * unit;
}

std::optional<std::int64_t> parse_date(std::string text) {
  const bool utc = text.ends_with('Z');
  if (utc) text.pop_back();
  for (const char* format :
       {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm parts{};
    parts.tm_isdst = -1;
    const char* const end = ::strptime(text.c_str(), format, &parts);
    if (end == nullptr || *end != '\0') continue;
    const std::time_t moment = utc ? ::timegm(&parts) : std::mktime(&parts);
    if (moment > 0) return moment;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_moment(std::string_view text, std::int64_t now_s, Direction direction) {
  if (const std::optional<std::int64_t> span = parse_span(text)) {
    return direction == Direction::ahead ? now_s + *span : now_s - *span;
  }
  return parse_date(std::string(text));
}

std::string shown_moment(std::int64_t moment_s) {
  const std::time_t moment = moment_s;
  std::tm parts{};
  std::array<char, 64> text{};
  if (::localtime_r(&moment, &parts) == nullptr) return std::to_string(moment_s);
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S %z", &parts);
  return {text.data(), size};
}

}  // namespace guardd::client
