// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/route.hpp"

#include <algorithm>
#include <array>

#include "core/wire.hpp"

namespace guardd {
namespace {

using Routed = std::variant<Call, Reply>;

Routed check(const HttpRequest& request, const Caller&) {
  Result<CheckRequest> parsed = parse_check_request(request.body);
  if (!parsed) return error_reply(400, parsed.error().code, parsed.error().message);
  return Call{CheckCall{std::move(*parsed)}};
}

Routed status(const HttpRequest&, const Caller&) { return Call{StatusCall{}}; }

Routed policy(const HttpRequest&, const Caller& caller) {
  if (caller.detail != Detail::full) {
    return error_reply(403, "not_permitted", "only root and the operators' group may read the policy");
  }
  return Call{PolicyCall{}};
}

Routed health(const HttpRequest&, const Caller&) { return Reply{200, R"({"status":"ok"})", {}}; }

struct Endpoint {
  std::string_view method;
  std::string_view target;
  Routed (*handle)(const HttpRequest&, const Caller&);
};

constexpr std::array<Endpoint, 4> endpoints{{
    {"POST", "/v1/check", check},
    {"GET", "/v1/status", status},
    {"GET", "/v1/policy", policy},
    {"GET", "/healthz", health},
}};

}  // namespace

Reply error_reply(unsigned status, std::string_view code, std::string_view message) {
  return {status, to_text(error_json(code, message)), {}};
}

Routed route(const HttpRequest& request, const Caller& caller) {
  const auto endpoint = std::ranges::find(endpoints, request.target, &Endpoint::target);
  if (endpoint == endpoints.end()) return error_reply(404, "not_found", "there is no such endpoint");
  if (endpoint->method != request.method) {
    Reply reply = error_reply(405, "method_not_allowed", "this endpoint takes " + std::string(endpoint->method));
    reply.allow = endpoint->method;
    return reply;
  }
  return endpoint->handle(request, caller);
}

}  // namespace guardd
