// SPDX-License-Identifier: Apache-2.0
#include "core/policy_check.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "core/policy.hpp"

namespace guardd::policy_check {
namespace {

constexpr std::size_t max_magic = 64;

constexpr std::size_t max_name = 64;

bool is_name_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

bool has_wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

/// glob(7) has more than guardd's globs: who writes it means it, and would get something else.
std::string foreign_glob(std::string_view text) {
  if (text.find_first_of("[]{}") != std::string_view::npos) return "only * and ? are special here, no [] or {}";
  if (text.find("**") != std::string_view::npos) return "** is not supported, * matches one component";
  return "";
}

std::string component(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return "expected a name, not a path";
  if (text.empty() || text == "." || text == "..") return "expected a name";
  return "";
}

std::size_t literal_bytes(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return c != '*' && c != '?'; }));
}

}  // namespace

std::string service_name(std::string_view text) {
  if (text.empty()) return "empty name";
  if (text.size() > max_name || !std::ranges::all_of(text, is_name_byte)) {
    return "expected at most 64 lower-case letters, digits, '-' and '_'";
  }
  return "";
}

std::string rule_id(std::string_view text) {
  if (text == "builtin") return "\"builtin\" is the name of what no rule can change";
  if (text.size() > max_name) return "expected at most 64 bytes";
  while (true) {
    const std::size_t slash = text.find('/');
    if (std::string wrong = service_name(text.substr(0, slash)); !wrong.empty()) return wrong + ", '/' between them";
    if (slash == std::string_view::npos) return "";
    text.remove_prefix(slash + 1);
  }
}

std::string path(std::string_view text) {
  if (!text.starts_with('/')) return "expected an absolute path";
  if (text == "/") return "";
  for (text.remove_prefix(1);;) {
    const std::size_t slash = text.find('/');
    const std::string_view part = text.substr(0, slash);
    if (part.empty()) return "expected a path without // and without / at its end";
    if (part == "." || part == "..") return "expected a path without . and ..";
    if (slash == std::string_view::npos) return "";
    text.remove_prefix(slash + 1);
  }
}

std::string plain_path(std::string_view text) {
  if (std::string wrong = path(text); !wrong.empty()) return wrong;
  return has_wildcard(text) ? "no pattern can stand here, only one path" : "";
}

std::string path_glob(std::string_view text) {
  if (std::string wrong = path(text); !wrong.empty()) return wrong;
  if (std::string wrong = foreign_glob(text); !wrong.empty()) return wrong;
  const std::string_view first = text.substr(1, text.find('/', 1) - 1);
  return has_wildcard(first) ? "the first component can't be a pattern" : "";
}

std::string file_glob(std::string_view text) {
  constexpr std::size_t least = 3;
  if (std::string wrong = component(text); !wrong.empty()) return wrong;
  if (std::string wrong = foreign_glob(text); !wrong.empty()) return wrong;
  return literal_bytes(text) < least ? "matches too much: at least three bytes must be no wildcard" : "";
}

std::string marker(std::string_view text) {
  if (const std::size_t sign = text.find('='); sign != std::string_view::npos) {
    const std::string_view magic = text.substr(sign + 1);
    if (magic.empty() || magic.size() > max_magic) return "expected 1 to 64 bytes behind the =";
    text = text.substr(0, sign);
    if (text.ends_with('/')) return "a directory has no content to begin with";
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (std::string wrong = component(text.substr(0, slash)); !wrong.empty()) return wrong;
    text.remove_prefix(slash + 1);
    if (text.find('/') != std::string_view::npos) return "a marker reaches one level down, not two";
  }
  if (std::string wrong = component(text); !wrong.empty()) return wrong;
  if (std::string wrong = foreign_glob(text); !wrong.empty()) return wrong;
  return literal_bytes(text) == 0 ? "matches everything" : "";
}

std::string basename(std::string_view text) {
  if (std::string wrong = component(text); !wrong.empty()) return wrong;
  return has_wildcard(text) ? "no pattern can stand here, only one name" : "";
}

std::string word(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' ? "space at an end" : "";
}

std::string part_type(std::string_view text) {
  constexpr std::string_view guid = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  const auto is_of = [&](std::string_view form) {
    return std::ranges::equal(text, form, [](char c, char f) {
      return f == 'h' ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') : c == f;
    });
  };
  // libblkid writes no leading zero: with one it would never match.
  const bool is_number = (is_of("0xh") || is_of("0xhh")) && text[2] != '0';
  const bool fits = is_of(guid) || is_number;
  return fits ? "" : "expected a GUID in small letters, or a number like 0x83";
}

std::string role_probe(std::string_view text) {
  return std::ranges::find(role_probes, text) != std::end(role_probes) ? "" : "unknown role probe, known are: mysql";
}

std::optional<std::int64_t> parse_utc(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !digit : text[i] != form[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  using namespace std::chrono;
  const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                            day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto days = sys_days{date}.time_since_epoch();
  return duration_cast<seconds>(days + hours{hour} + minutes{minute} + seconds{second}).count();
}

}  // namespace guardd::policy_check
