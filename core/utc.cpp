// SPDX-License-Identifier: Apache-2.0
#include "core/utc.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace guardd {

std::string utc_text(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds{seconds}};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string span_text(std::int64_t seconds) {
  constexpr std::array<std::pair<std::int64_t, char>, 4> units{{{86'400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  std::string text;
  int shown = 0;
  for (const auto& [unit, name] : units) {
    if (shown == 2 || (seconds < unit && (shown > 0 || unit > 1))) continue;
    text += (text.empty() ? "" : " ") + std::to_string(seconds / unit) + name;
    seconds %= unit;
    ++shown;
  }
  return text;
}

}  // namespace guardd
