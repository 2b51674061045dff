// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/moment.hpp"
#include "client/output.hpp"
#include "client/targets.hpp"
#include "client/tell.hpp"
#include "client/trust.hpp"
#include "core/strict_json.hpp"
#include "core/wire_hold.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string hold_line(const json& hold, const Style& style) {
  std::string line = style.bold(shown_text(hold, "id")) + "  " + shown_text(hold, "operation") + " of ";
  const std::string targets = shown_list(hold, "targets", 4);
  line += (targets.empty() ? "the host" : targets) + ": " + shown_text(hold, "reason") + "\n    by " +
          shown_text(hold, "by");
  if (const auto added = shown_integer(hold, "added_s")) line += ", " + shown_moment(*added);
  if (const auto until = shown_integer(hold, "until_s")) line += ", until " + shown_moment(*until);
  if (hold.is_object() && hold.contains("lapsed") && hold["lapsed"] == true) line += style.faint(" (over)");
  return line + "\n";
}

std::string hold_lines(const json& document, const Style& style) {
  const json& holds = shown_array(document, "holds");
  if (holds.empty()) return "nothing is held\n";
  std::string text;
  for (const json& hold : holds) text += hold_line(hold, style);
  return text;
}

}  // namespace

int hold_list(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/holds"}, hold_lines); }

int hold_add(const Arguments& arguments) {
  Hold hold;
  hold.operation = parse_operation(arguments.operation).value();
  hold.reason = arguments.reason;
  hold.until_s = arguments.until_s;
  if (!arguments.targets.empty()) {
    Result<std::vector<Target>> found = resolve_targets(arguments.targets, hold.operation);
    if (!found) return usage_error(found.error().message);
    hold.targets = std::move(found).value();
  }
  return tell(
      arguments, {"POST", "/v1/holds", to_text(hold_request_json(hold))},
      [](const json& answer, const Style& style) { return "held: " + hold_line(shown_object(answer, "hold"), style); });
}

int hold_remove(const Arguments& arguments) {
  if (!all_ids(arguments.operands))
    return usage_error("a hold is named by its id, h1 for instance: guardctl hold list");
  int worst = 0;
  for (const std::string& id : arguments.operands) {
    const int status = tell(arguments, {"DELETE", "/v1/holds/" + id}, [](const json& answer, const Style& style) {
      return "no longer held: " + hold_line(shown_object(answer, "hold"), style);
    });
    worst = std::max(worst, status);
  }
  return worst;
}

}  // namespace guardd::client
