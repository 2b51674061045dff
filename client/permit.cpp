// SPDX-License-Identifier: Apache-2.0
#include "client/acquire.hpp"
#include "client/commands.hpp"
#include "client/fetch.hpp"
#include "client/members.hpp"
#include "client/output.hpp"
#include "client/permit_text.hpp"
#include "client/tell.hpp"
#include "core/strict_json.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

std::string all_permits(const json& document, const Style& style) {
  const json& permits = shown_array(document, "permits");
  if (permits.empty()) return "no permits\n";
  std::string text;
  for (const json& permit : permits) text += permit_lines(permit, style);
  return text;
}

std::string given_back(const json& document, const Style& style) {
  const json& permit = shown_object(document, "permit");
  const std::string state = shown_text(permit, "state");
  const bool is_over = state == "ended" || state == "interrupted";
  return (is_over ? "given back: " : "given back, but processes of its command still run: ") +
         permit_lines(permit, style);
}

std::string text_of(const Acquired& got, const Arguments& arguments) {
  if (arguments.json) return json_line({{"permit", got.permit}, {"verdict", got.conclusion.document}});
  if (arguments.quiet) return "";
  const Style style{colour_wanted()};
  const std::string verdict = render_verdict(got.conclusion.document, style);
  return got.id.empty() ? verdict : verdict + "permit " + permit_lines(got.permit, style);
}

}  // namespace

int permit_list(const Arguments& arguments) { return tell(arguments, {"GET", "/v1/permits"}, all_permits); }

int permit_acquire(const Arguments& arguments) {
  const LocalHost local = read_local_host();
  Session session(arguments, local);
  const Result<Acquired> got = acquire(session, arguments, local, false);
  if (!got) return usage_error(got.error().message);
  if (write_out(text_of(*got, arguments))) return got->conclusion.exit_status;
  // Whoever was to read it has no permit.
  if (!got->id.empty()) (void)session.ask({"DELETE", "/v1/permits/" + got->id});
  write_error("guardctl: the permit could not be written to standard output, and was given back\n");
  return got->id.empty() ? got->conclusion.exit_status : exit_status::unknown;
}

int permit_end(const Arguments& arguments) {
  const std::string& id = arguments.operands.front();
  if (!is_permit_id(id)) return usage_error("a permit is named by its id, p1 for instance: guardctl permit list");
  const PermitEnd end{.exit_status = arguments.status, .reason = arguments.reason};
  return tell(arguments, {"DELETE", "/v1/permits/" + id, to_text(permit_end_json(end))}, given_back);
}

}  // namespace guardd::client
