// SPDX-License-Identifier: Apache-2.0
#include "core/wire_status.hpp"

#include <utility>

namespace guardd {

using nlohmann::json;

json without_times(json status) {
  if (!status.is_object()) return status;
  status.erase("snapshot");
  for (const auto& [list, member] : {std::pair{"inspectors", "duration_us"}, std::pair{"verdicts", "snapshot"}}) {
    const auto found = status.find(list);
    if (found == status.end() || !found->is_array()) continue;
    for (auto& item : *found) {
      if (item.is_object()) item.erase(member);
    }
  }
  const auto remembered = status.find("remembered");
  if (remembered == status.end() || !remembered->is_array()) return status;
  for (auto& item : *remembered) {
    for (const char* key : {"last_seen_s", "last_active_s", "last_clients_s", "last_written_s"}) {
      if (item.is_object()) item.erase(key);
    }
  }
  return status;
}

}  // namespace guardd
