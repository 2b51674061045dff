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
#include "core/wire_release.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string release_line(const json& release, const Style& style) {
  std::string what = shown_text(release, "dataset");
  if (what.empty()) {
    what = shown_text(release, "device") + " (" + shown_text(release, "type") + ")";
  } else {
    what += ", " + shown_text(release, "service") + " at " + shown_text(release, "path");
  }
  std::string line = style.bold(shown_text(release, "id")) + "  " + what + ": " + shown_text(release, "reason") +
                     "\n    by " + shown_text(release, "by");
  if (const auto added = shown_integer(release, "added_s")) line += ", " + shown_moment(*added);
  return line + ", since " + shown_text(release, "basis") + "\n";
}

std::string release_lines(const json& document, const Style& style) {
  const json& releases = shown_array(document, "releases");
  if (releases.empty()) return "nothing is released\n";
  std::string text;
  for (const json& release : releases) text += release_line(release, style);
  return text;
}

/// An id has no slash, and a path has one.
Result<ReleaseRequest> request_for(const std::string& operand, const std::string& reason) {
  ReleaseRequest request;
  request.reason = reason;
  if (operand.find('/') == std::string::npos) {
    request.dataset = operand;
    return request;
  }
  const std::vector<std::string> names{operand};
  Result<std::vector<Target>> targets = resolve_targets(names, Operation::wipe);
  if (!targets) return targets.error();
  request.targets = std::move(targets).value();
  return request;
}

}  // namespace

int release_list(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/releases"}, release_lines); }

int release_add(const Arguments& arguments) {
  int worst = 0;
  for (const std::string& operand : arguments.operands) {
    const Result<ReleaseRequest> request = request_for(operand, arguments.reason);
    if (!request) return usage_error(request.error().message);
    const HttpRequest post{"POST", "/v1/releases", to_text(release_request_json(*request))};
    worst = std::max(worst, tell(arguments, post, [](const json& answer, const Style& style) {
                       return "released: " + release_lines(answer, style);
                     }));
  }
  return worst;
}

int release_revoke(const Arguments& arguments) {
  if (!all_ids(arguments.operands))
    return usage_error("a release is named by its id, r1 for instance: guardctl release list");
  int worst = 0;
  for (const std::string& id : arguments.operands) {
    worst =
        std::max(worst, tell(arguments, {"DELETE", "/v1/releases/" + id}, [](const json& answer, const Style& style) {
                   return "no longer released: " + release_lines(answer, style);
                 }));
  }
  return worst;
}

}  // namespace guardd::client
