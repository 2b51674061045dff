// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/config_paths.hpp"

#include <algorithm>
#include <climits>

#include "os/trim.hpp"

namespace guardd {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_key(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, folded, folded); }

bool is_wanted(std::string_view key, const std::vector<std::string>& keys) {
  return std::ranges::any_of(keys, [&](const std::string& wanted) {
    const std::string_view last = std::string_view(wanted).substr(wanted.rfind('.') + 1);
    return same_key(key, wanted) || same_key(key, last);
  });
}

/// Takes a quoted string, or what stands before a comma or a comment.
std::string_view take_value(std::string_view& rest) {
  rest = trimmed(rest, blanks);
  while (rest.starts_with('[') || rest.starts_with(',') || rest.starts_with('-'))
    rest = trimmed(rest.substr(1), blanks);
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    const std::size_t end = std::min(rest.find(rest.front(), 1), rest.size());
    const std::string_view value = rest.substr(1, end - 1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return value;
  }
  const std::size_t end =
      std::min({rest.find(','), rest.find(" #"), rest.find("\t#"), rest.find('<'), rest.find(']'), rest.size()});
  const std::string_view value = trimmed(rest.substr(0, end), blanks);
  const bool more = end < rest.size() && rest[end] == ',';
  rest = more ? rest.substr(end + 1) : std::string_view();
  return value;
}

/// Adds the absolute paths among the values; says whether there was any value at all.
bool add_values(std::string_view rest, std::vector<std::string>& paths) {
  bool any = false;
  while (!trimmed(rest, blanks).empty() && paths.size() < max_config_paths) {
    const std::size_t before = rest.size();
    const std::string_view value = take_value(rest);
    any = any || !value.empty();
    if (value.starts_with('/') && value.size() < PATH_MAX && value.find('\0') == std::string_view::npos) {
      paths.emplace_back(value);
    }
    if (rest.size() == before) break;
  }
  return any;
}

}  // namespace

std::vector<std::string> parse_config_paths(std::string_view text, const std::vector<std::string>& keys) {
  std::vector<std::string> paths;
  bool in_list = false;  // below "key:" without a value
  while (!text.empty() && paths.size() < max_config_paths) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line, blanks);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (in_list && line.front() == '-') {
      add_values(line.substr(1), paths);
      continue;
    }
    const bool is_tag = line.front() == '<';
    if (is_tag) line.remove_prefix(1);
    const std::size_t end = line.find_first_of(is_tag ? ">" : "=: \t");
    std::string_view key = line.substr(0, end);
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);  // JSON
    const bool wanted = is_wanted(key, keys);
    if (end == std::string_view::npos || !wanted) {
      in_list = wanted;
      continue;
    }
    std::string_view rest = trimmed(line.substr(end), blanks);
    if (rest.starts_with('=') || rest.starts_with(':') || rest.starts_with('>')) rest.remove_prefix(1);
    in_list = !add_values(rest, paths);
  }
  return paths;
}

}  // namespace guardd
