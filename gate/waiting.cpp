// SPDX-License-Identifier: Apache-2.0
#include "gate/waiting.hpp"

#include <utility>

#include "gate/state_files.hpp"

namespace guardd::gate {

bool is_unit_name(std::string_view name) {
  constexpr std::size_t longest = 255;
  constexpr std::string_view valid = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
  const std::size_t dot = name.rfind('.');
  return name.size() <= longest && name.find_first_not_of(valid) == std::string_view::npos &&
         dot != std::string_view::npos && dot + 1 < name.size() && name.front() != '.';
}

Result<bool> note_waiting(const Places& places, const std::string& service) {
  if (!is_unit_name(service)) return Error{"bad_name", "no name of a systemd unit: it can't be started later"};
  return write_state_file(places.waiting(), service, "", 0644, false);
}

std::vector<std::string> read_waiting(const Places& places) {
  std::vector<std::string> services;
  for (auto& [name, text] : read_state_files(places.waiting()).files) {
    if (is_unit_name(name)) services.push_back(std::move(name));
  }
  return services;
}

Result<bool> forget_waiting(const Places& places, const std::string& service) {
  return remove_state_file(places.waiting(), service, false);
}

}  // namespace guardd::gate
