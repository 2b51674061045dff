// SPDX-License-Identifier: Apache-2.0
#include "core/glob.hpp"

#include <cstddef>

namespace guardd {
namespace {

/// The component at the front of `path`, which loses it and the slashes before it. Empty when none is left.
std::string_view take_component(std::string_view& path) {
  const std::size_t begin = path.find_first_not_of('/');
  if (begin == std::string_view::npos) {
    path = {};
    return {};
  }
  const std::size_t end = path.find('/', begin);
  const std::string_view component = path.substr(begin, end - begin);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  return component;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view name) {
  // Only the last `*` ever has to be taken up again: what an earlier one matched stays right if the rest can match at
  // all.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t star_took = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_took = n;
    } else if (p < pattern.size() && (pattern[p] == name[n] || (pattern[p] == '?' && name[n] != '/'))) {
      ++p;
      ++n;
    } else if (after_star != std::string_view::npos && name[star_took] != '/') {
      p = after_star;
      n = ++star_took;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool path_glob_match(std::string_view pattern, std::string_view path) {
  if (!pattern.starts_with('/') || !path.starts_with('/')) return false;
  while (true) {
    const std::string_view wanted = take_component(pattern);
    const std::string_view component = take_component(path);
    if (wanted.empty() || component.empty()) return wanted.empty() && component.empty();
    if (!glob_match(wanted, component)) return false;
  }
}

}  // namespace guardd
