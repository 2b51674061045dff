// SPDX-License-Identifier: Apache-2.0
#include "client/seal.hpp"

#include "client/commands.hpp"
#include "client/members.hpp"
#include "client/render.hpp"
#include "client/tell.hpp"
#include "core/strict_json.hpp"
#include "core/wire_seal.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string causes_of(const json& device) {
  std::string text;
  for (const json& cause : shown_array(device, "because")) {
    const std::string path = shown_text(cause, "path");
    text += (text.empty() ? "" : "; ") + shown_text(cause, "service") + (path.empty() ? "" : " at " + path) + ", " +
            shown_text(cause, "state");
  }
  return text;
}

std::string plan_lines(const json& document, const Style& style) {
  const json& plan = shown_object(document, "plan");
  std::string text;
  for (const json& device : shown_array(plan, "devices")) {
    text += style.bold(shown_text(device, "name")) +
            (shown_text(device, "denies") == "open" ? "  no opening" : "  no writing") + ": " + causes_of(device) +
            "\n";
  }
  if (text.empty()) text = "nothing would be sealed\n";
  for (const json& left : shown_array(plan, "not_sealed")) {
    const std::string path = shown_text(left, "path");
    text += "not sealed: " + shown_text(left, "service") + (path.empty() ? "" : " at " + path) + " (" +
            shown_text(left, "state") + "): " + shown_text(left, "why") + "\n";
  }
  if (const std::string incomplete = shown_text(plan, "incomplete"); !incomplete.empty()) {
    text += style.red("incomplete") + ": " + incomplete + "\n  While it is, what is sealed already stays sealed.\n";
  }
  return text + "\"seal\" is \"" + shown_text(plan, "mode") + "\" in guardd.json\n";
}

std::string status_lines(const json& document, const Style& style) {
  const std::string text = render_seal(document, style);
  return text.empty() ? "the seal is off: \"seal\" in guardd.json\n" : text.substr(text.starts_with('\n') ? 1 : 0);
}

}  // namespace

int seal_status(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/seal"}, status_lines); }

int seal_plan(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/seal/plan"}, plan_lines); }

int seal_lift(const Arguments& arguments) {
  if (arguments.offline) return lift_offline(arguments);
  const SealLift lift{.reason = arguments.reason, .valid_s = arguments.valid_s.value_or(default_lift_s)};
  return tell(arguments, {"POST", "/v1/seal/lift", to_text(to_json(lift))}, status_lines);
}

}  // namespace guardd::client
