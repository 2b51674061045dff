// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/audit.hpp"
#include "core/ledger.hpp"
#include "core/request.hpp"
#include "core/wire_override.hpp"
#include "core/wire_release.hpp"
#include "daemon/server/caller.hpp"

namespace guardd {

/// What goes back: always JSON.
struct Reply {
  unsigned status = 200;
  std::string body;
  std::string allow;  ///< the Allow header of a 405
};
Reply error_reply(unsigned status, std::string_view code, std::string_view message);

/// What a request asks of the daemon.
struct CheckCall {
  CheckRequest request;
};
struct StatusCall {};
struct PolicyCall {};
struct ListHoldsCall {};
struct AddHoldCall {
  Hold hold;
};
struct RemoveHoldCall {
  std::string id;
};
struct ListReleasesCall {};
struct AddReleaseCall {
  ReleaseRequest request;
};
struct RevokeReleaseCall {
  std::string id;
};
struct ListAuditCall {
  AuditQuery query;
};
struct VerifyAuditCall {
  AuditHead from;  ///< with an empty hash: the beginning
};
struct AdoptLedgerCall {
  std::string reason;
};
struct ListOverridesCall {};
struct RequestOverrideCall {
  Override wanted;
};
struct ApplyOverrideCall {
  std::string id;
  Proof proof;
};
using Call = std::variant<CheckCall, StatusCall, PolicyCall, ListHoldsCall, AddHoldCall, RemoveHoldCall,
                          ListReleasesCall, AddReleaseCall, RevokeReleaseCall, ListAuditCall, VerifyAuditCall,
                          AdoptLedgerCall, ListOverridesCall, RequestOverrideCall, ApplyOverrideCall>;

struct HttpRequest {
  std::string_view method;
  std::string_view target;  ///< path and query
  std::string_view body;
};

/// What is to be done about a request: a call, or the reply where none is needed. Pure.
std::variant<Call, Reply> route(const HttpRequest& request, const Caller& caller);

}  // namespace guardd
