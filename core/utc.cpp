// SPDX-License-Identifier: Apache-2.0
#include "core/utc.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace guardd {

namespace {

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

}  // namespace

std::string utc_text(std::int64_t seconds) {
  using namespace std::chrono;
  constexpr std::int64_t first_second = -62'167'219'200;  // of the year 0
  constexpr std::int64_t last_second = 253'402'300'799;   // of the year 9999: beyond it a calendar overflows
  const sys_seconds time{std::chrono::seconds{std::clamp<std::int64_t>(seconds, first_second, last_second)}};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return padded(static_cast<int>(date.year()), 4) + "-" + padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + "T" + padded(clock.hours().count(), 2) + ":" +
         padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "Z";
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
