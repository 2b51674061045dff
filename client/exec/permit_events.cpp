// SPDX-License-Identifier: Apache-2.0
#include "client/exec/permit_events.hpp"

#include <utility>

namespace guardd::client {

using nlohmann::json;

std::vector<json> PermitEvents::take() {
  std::vector<json> told = connection_.take();
  std::erase_if(told, [&](const json& permit) { return !permit.contains("id") || permit["id"] != id_; });
  return told;
}

}  // namespace guardd::client
