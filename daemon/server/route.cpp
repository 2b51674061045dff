// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/route.hpp"

#include <array>

#include "core/wire.hpp"
#include "core/wire_hold.hpp"
#include "daemon/server/query.hpp"

namespace guardd {
namespace {

using Routed = std::variant<Call, Reply>;

/// What an endpoint has to go by.
struct Asked {
  std::string_view body;
  std::string_view id;  ///< the last part of the path, where the endpoint's has a "*"
  const std::map<std::string, std::string>& parameters;
};

Reply bad(const Error& error) { return error_reply(400, error.code, error.message); }
Reply bad_parameters(const std::string& why) { return error_reply(400, "bad_request", why); }

Routed check(const Asked& asked) {
  Result<CheckRequest> parsed = parse_check_request(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{CheckCall{std::move(*parsed)}};
}

Routed status(const Asked&) { return Call{StatusCall{}}; }
Routed policy(const Asked&) { return Call{PolicyCall{}}; }
Routed health(const Asked&) { return Reply{200, R"({"status":"ok"})", {}}; }
Routed list_holds(const Asked&) { return Call{ListHoldsCall{}}; }

Routed add_hold(const Asked& asked) {
  Result<Hold> parsed = parse_hold(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{AddHoldCall{std::move(*parsed)}};
}

Routed remove_hold(const Asked& asked) { return Call{RemoveHoldCall{std::string(asked.id)}}; }

Routed list_releases(const Asked&) { return Call{ListReleasesCall{}}; }

Routed add_release(const Asked& asked) {
  Result<ReleaseRequest> parsed = parse_release_request(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{AddReleaseCall{std::move(*parsed)}};
}

Routed revoke_release(const Asked& asked) { return Call{RevokeReleaseCall{std::string(asked.id)}}; }

Routed list_audit(const Asked& asked) {
  ParameterReader in(asked.parameters);
  AuditQuery query;
  query.after = in.number("after", 0, INT64_MAX);
  query.since_s = in.number("since", 0, INT64_MAX).value_or(0);
  query.limit = in.number("limit", 1, max_audit_page).value_or(query.limit);
  query.operation = in.text("operation").value_or("");
  query.verdict = in.text("verdict").value_or("");
  if (const std::string wrong = in.finish(); !wrong.empty()) return bad_parameters(wrong);
  return Call{ListAuditCall{std::move(query)}};
}

Routed verify_audit(const Asked& asked) {
  ParameterReader in(asked.parameters);
  AuditHead from{in.number("after", 0, INT64_MAX).value_or(0), in.text("hash").value_or("")};
  if (const std::string wrong = in.finish(); !wrong.empty()) return bad_parameters(wrong);
  return Call{VerifyAuditCall{std::move(from)}};
}

Routed adopt_ledger(const Asked& asked) {
  Result<std::string> reason = parse_reason(asked.body);
  if (!reason) return bad(reason.error());
  return Call{AdoptLedgerCall{std::move(*reason)}};
}

Routed list_overrides(const Asked&) { return Call{ListOverridesCall{}}; }

Routed request_override(const Asked& asked) {
  Result<Override> parsed = parse_override_request(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{RequestOverrideCall{std::move(*parsed)}};
}

Routed apply_override(const Asked& asked) {
  Result<Proof> parsed = parse_proof(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{ApplyOverrideCall{std::string(asked.id), std::move(*parsed)}};
}

Routed list_permits(const Asked&) { return Call{ListPermitsCall{}}; }

Routed acquire_permit(const Asked& asked) {
  Result<PermitRequest> parsed = parse_permit_request(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{AcquirePermitCall{std::move(*parsed)}};
}

Routed begin_permit(const Asked& asked) {
  const Result<std::int32_t> pid = parse_begin(asked.body);
  if (!pid) return bad(pid.error());
  return Call{BeginPermitCall{std::string(asked.id), *pid}};
}

Routed end_permit(const Asked& asked) {
  Result<PermitEnd> parsed = parse_permit_end(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{EndPermitCall{std::string(asked.id), std::move(*parsed)}};
}

Routed seal_status(const Asked&) { return Call{SealStatusCall{}}; }
Routed seal_plan(const Asked&) { return Call{SealPlanCall{}}; }

Routed lift_seal(const Asked& asked) {
  Result<SealLift> parsed = parse_seal_lift(asked.body);
  if (!parsed) return bad(parsed.error());
  return Call{LiftSealCall{std::move(*parsed)}};
}

Routed metrics(const Asked&) { return Call{MetricsCall{}}; }

Routed events(const Asked& asked) {
  ParameterReader in(asked.parameters);
  EventsCall call{in.text("permit").value_or("")};
  if (const std::string wrong = in.finish(); !wrong.empty()) return bad_parameters(wrong);
  return Call{std::move(call)};
}

/// Who may use an endpoint.
enum class For {
  all,        ///< everybody local
  askers,     ///< who may ask for a verdict: everybody, unless the configuration names a group
  operators,  ///< root and the operators' group
};

struct Endpoint {
  std::string_view method;
  std::string_view path;
  For whom;
  bool parameters;  ///< whether it takes any
  Routed (*handle)(const Asked&);
};

constexpr std::array<Endpoint, 25> endpoints{{
    {"POST", "/v1/check", For::askers, false, check},
    {"GET", "/v1/status", For::askers, false, status},
    {"GET", "/v1/policy", For::operators, false, policy},
    {"GET", "/v1/holds", For::operators, false, list_holds},
    {"POST", "/v1/holds", For::operators, false, add_hold},
    {"DELETE", "/v1/holds/*", For::operators, false, remove_hold},
    {"GET", "/v1/releases", For::operators, false, list_releases},
    {"POST", "/v1/releases", For::operators, false, add_release},
    {"DELETE", "/v1/releases/*", For::operators, false, revoke_release},
    {"GET", "/v1/audit", For::operators, true, list_audit},
    {"GET", "/v1/audit/verify", For::operators, true, verify_audit},
    {"POST", "/v1/audit/adopt", For::operators, false, adopt_ledger},
    {"GET", "/v1/overrides", For::operators, false, list_overrides},
    {"POST", "/v1/overrides", For::operators, false, request_override},
    {"POST", "/v1/overrides/*/apply", For::operators, false, apply_override},
    {"GET", "/v1/permits", For::operators, false, list_permits},
    {"POST", "/v1/permits", For::operators, false, acquire_permit},
    {"POST", "/v1/permits/*/begin", For::operators, false, begin_permit},
    {"DELETE", "/v1/permits/*", For::operators, false, end_permit},
    {"GET", "/v1/seal", For::operators, false, seal_status},
    {"GET", "/v1/seal/plan", For::operators, false, seal_plan},
    {"POST", "/v1/seal/lift", For::operators, false, lift_seal},
    {"GET", "/v1/events", For::operators, true, events},
    {"GET", "/metrics", For::askers, false, metrics},
    {"GET", "/healthz", For::all, false, health},
}};

/// What stands for the "*" in an endpoint's path, "" where there is none; nothing where the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, star);
  const std::string_view behind = pattern.substr(star + 1);
  if (path.size() <= before.size() + behind.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  path.remove_prefix(before.size());
  path.remove_suffix(behind.size());
  return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

}  // namespace

Reply error_reply(unsigned status, std::string_view code, std::string_view message) {
  return {status, to_text(error_json(code, message)), {}};
}

Routed route(const HttpRequest& request, const Caller& caller) {
  const Result<RequestTarget> target = parse_request_target(request.target);
  if (!target) return bad(target.error());
  std::string methods;
  for (const Endpoint& endpoint : endpoints) {
    const std::optional<std::string_view> id = match(endpoint.path, target->path);
    if (!id) continue;
    if (endpoint.method != request.method) {
      methods += (methods.empty() ? "" : ", ") + std::string(endpoint.method);
      continue;
    }
    if (endpoint.whom == For::askers && !caller.may_ask) {
      return error_reply(403, "not_permitted", "only root, the operators' and the askers' group may ask");
    }
    if (endpoint.whom == For::operators && caller.detail != Detail::full) {
      return error_reply(403, "not_permitted", "this is for root and the operators' group alone");
    }
    if (!endpoint.parameters && !target->parameters.empty()) return bad_parameters("this endpoint takes no parameters");
    return endpoint.handle({request.body, *id, target->parameters});
  }
  if (methods.empty()) return error_reply(404, "not_found", "there is no such endpoint");
  Reply reply = error_reply(405, "method_not_allowed", "this endpoint takes " + methods);
  reply.allow = methods;
  return reply;
}

}  // namespace guardd
