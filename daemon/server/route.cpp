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
  std::string_view id;  ///< the last part of the path, where the endpoint's ends with "/*"
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

struct Endpoint {
  std::string_view method;
  std::string_view path;
  bool for_all;     ///< false: root and the operators' group alone
  bool parameters;  ///< whether it takes any
  Routed (*handle)(const Asked&);
};

constexpr std::array<Endpoint, 13> endpoints{{
    {"POST", "/v1/check", true, false, check},
    {"GET", "/v1/status", true, false, status},
    {"GET", "/v1/policy", false, false, policy},
    {"GET", "/v1/holds", false, false, list_holds},
    {"POST", "/v1/holds", false, false, add_hold},
    {"DELETE", "/v1/holds/*", false, false, remove_hold},
    {"GET", "/v1/releases", false, false, list_releases},
    {"POST", "/v1/releases", false, false, add_release},
    {"DELETE", "/v1/releases/*", false, false, revoke_release},
    {"GET", "/v1/audit", false, true, list_audit},
    {"GET", "/v1/audit/verify", false, true, verify_audit},
    {"POST", "/v1/audit/adopt", false, false, adopt_ledger},
    {"GET", "/healthz", true, false, health},
}};

/// What stands for the "*" at the end of an endpoint's path, "" where there is none; nothing where the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with('*')) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  pattern.remove_suffix(1);
  if (!path.starts_with(pattern) || path.size() == pattern.size()) return std::nullopt;
  path.remove_prefix(pattern.size());
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
    if (!endpoint.for_all && caller.detail != Detail::full) {
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
