// SPDX-License-Identifier: Apache-2.0
#include "core/host_names.hpp"

#include <algorithm>

namespace guardd {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The 32 hexadecimal digits of a UUID in either writing; empty for anything else.
std::string uuid_digits(std::string_view text) {
  std::string digits = lower(text);
  std::erase(digits, '-');
  const bool hexadecimal = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hexadecimal && digits.size() == 32 ? digits : std::string();
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blank = " \t\r\v\f";
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(blank, at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blank, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

std::vector<std::string> parse_hosts_names(std::string_view text, std::string_view hostname) {
  std::vector<std::string> names;
  const std::string wanted = lower(hostname);
  const auto is_wanted = [&](std::string_view word) { return lower(word) == wanted; };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::vector<std::string_view> words = words_of(line.substr(0, line.find('#')));
    if (words.size() < 2 || std::none_of(words.begin() + 1, words.end(), is_wanted)) continue;
    names.insert(names.end(), words.begin() + 1, words.end());
  }
  return names;
}

Known<bool> is_this_host(const HostNames& names, std::string_view expected) {
  const std::string wanted = lower(expected);
  const std::string hostname = lower(names.hostname);
  if (wanted.empty()) return false;
  if (wanted == hostname || wanted == hostname.substr(0, hostname.find('.'))) return true;

  if (const std::string digits = uuid_digits(expected); !digits.empty()) {
    if (digits == uuid_digits(names.machine_id)) return true;
    if (!names.product_uuid.known()) return Unknown{names.product_uuid.why()};
    if (digits == uuid_digits(names.product_uuid.value())) return true;
  }
  if (!names.aliases.known()) return Unknown{names.aliases.why()};
  const auto& aliases = names.aliases.value();
  return std::any_of(aliases.begin(), aliases.end(), [&](const std::string& alias) { return lower(alias) == wanted; });
}

}  // namespace guardd
