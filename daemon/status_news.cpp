// SPDX-License-Identifier: Apache-2.0
#include "daemon/status_news.hpp"

#include <optional>
#include <utility>

#include "core/wire_status.hpp"
#include "daemon/last_look.hpp"

namespace guardd {
namespace {

using nlohmann::json;

json verdicts_of(const json& status) {
  json verdicts = json::array();
  for (const json& verdict : status["verdicts"])
    verdicts.push_back({{"operation", verdict["operation"]}, {"verdict", verdict["verdict"]}});
  return {{"verdicts", std::move(verdicts)}};
}

}  // namespace

void StatusNews::look() {
  if (!listeners_.any()) return;
  json status;
  // None under a policy that was loaded a moment ago.
  if (const std::optional<Looked> looked = looker_.last()) {
    status = without_times(status_json(as_of_its_begin(*looked, keeper_.current()),
                                       {policies_.problems(), keeper_.problem()}, identity_, Detail::full));
  }
  if (status == told_) return;
  told_ = std::move(status);
  listeners_.tell(told_.is_null() ? json{{"verdicts", json::array()}} : verdicts_of(told_));
}

}  // namespace guardd
