// SPDX-License-Identifier: Apache-2.0
#include "client/permit_text.hpp"

#include "client/local_host.hpp"
#include "client/members.hpp"
#include "client/moment.hpp"
#include "os/clock.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

/// Its clock is of its boot alone, so it means nothing in another one.
std::string time_lines(const json& permit) {
  std::string text;
  if (const auto granted = shown_integer(permit, "granted_s")) text += ", since " + shown_moment(*granted);
  const auto expires = shown_integer(permit, "expires_boot_ms");
  static const std::string this_boot = read_local_host().boot_id.value_or("");
  if (expires && shown_text(permit, "boot_id") == this_boot)
    text += ", until " + shown_moment(wall_now_s() + (*expires - boot_now_ms()) / 1000);
  return text;
}

}  // namespace

std::string permit_lines(const json& permit, const Style& style) {
  const std::string targets = shown_list(permit, "targets", 4);
  const std::string state = shown_text(permit, "state");
  std::string text = style.bold(shown_text(permit, "id")) + "  " + (state == "interrupted" ? style.red(state) : state) +
                     ": " + shown_text(permit, "operation") + " of " + (targets.empty() ? "the host" : targets);
  if (const std::string reason = shown_text(permit, "reason"); !reason.empty()) text += ": " + reason;
  const auto holder = shown_integer(shown_object(permit, "holder"), "pid");
  text += "\n    held by pid " + (holder ? std::to_string(*holder) : "?");
  if (const std::string by = shown_text(permit, "by"); !by.empty()) text += " for " + by;
  text += time_lines(permit) + "\n";
  if (const std::string cgroup = shown_text(permit, "cgroup"); !cgroup.empty()) text += "    runs in " + cgroup + "\n";
  if (const std::string lapsed = shown_text(permit, "lapsed"); !lapsed.empty())
    text += "    " + style.yellow("not valid to its end") + ": " + lapsed + "\n";
  if (const std::string why = shown_text(permit, "why"); !why.empty()) text += "    " + why + "\n";
  if (state == "interrupted") {
    text += "    -> No gated service starts before somebody has looked at the data: guardctl permit end " +
            shown_text(permit, "id") + " --reason ...\n";
  }
  return text;
}

}  // namespace guardd::client
