// SPDX-License-Identifier: Apache-2.0
#include "procfs/cgroup.hpp"

#include <optional>

#include "procfs/fields.hpp"

namespace guardd {
namespace {

std::string_view take_component(std::string_view& path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const std::size_t end = path.find('/');
  const std::string_view component = path.substr(0, end);
  path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  return component;
}

/// systemd prefixes "_" to names that the kernel or another manager could take for its own: cg_escape() there.
std::string_view unescape(std::string_view component) {
  if (!component.empty() && component.front() == '_') component.remove_prefix(1);
  return component;
}

bool is_unit(std::string_view name) {
  for (const std::string_view suffix : {".service", ".scope", ".socket", ".mount", ".swap"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) return true;
  }
  return false;
}

std::string_view take_unit(std::string_view& path) {
  while (true) {
    const std::string_view name = unescape(take_component(path));
    if (name.ends_with(".slice")) continue;
    return is_unit(name) ? name : std::string_view{};
  }
}

}  // namespace

std::string_view unit_of_cgroup(std::string_view path) { return take_unit(path); }

Result<CgroupPlace> parse_cgroup(std::string_view text) {
  std::optional<std::string_view> unified;
  std::optional<std::string_view> systemd;
  while (!text.empty()) {
    const std::string_view line = procfs::take_line(text);
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos || !procfs::parse_number<std::uint32_t>(line.substr(0, first))) {
      return Error{"bad_cgroup", "cgroup: a line is not of the form that cgroups(7) gives"};
    }
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (line.substr(0, first) == "0" && controllers.empty()) unified = line.substr(second + 1);
    if (controllers == "name=systemd") systemd = line.substr(second + 1);
  }

  // On a hybrid layout a manager may use the v1 hierarchy alone, and leave everything in the root of v2.
  std::string_view path = unified.value_or(std::string_view{});
  if (systemd && path.size() <= 1) path = *systemd;
  CgroupPlace place;
  place.path = path;
  std::string_view rest = path;
  place.unit = take_unit(rest);
  if (place.unit.starts_with("user@")) place.user_unit = take_unit(rest);
  return place;
}

}  // namespace guardd
