// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/audit.hpp"
#include "core/ledger.hpp"
#include "core/request.hpp"
#include "core/wire_override.hpp"
#include "core/wire_permit.hpp"
#include "core/wire_release.hpp"
#include "core/wire_seal.hpp"
#include "daemon/server/caller.hpp"

namespace guardd {

class EventStream;

/// What goes back: JSON, unless it says otherwise, or events without end.
struct Reply {
  unsigned status = 200;
  std::string body;
  std::string allow;                         ///< the Allow header of a 405
  std::shared_ptr<EventStream> events = {};  ///< in place of a body
  std::function<void()> unsent = {};         ///< called when the caller went before it could be told
  std::string_view content_type = "application/json";
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
struct ListPermitsCall {};
struct AcquirePermitCall {
  PermitRequest request;
};
struct BeginPermitCall {
  std::string id;
  std::int32_t pid;
};
struct EndPermitCall {
  std::string id;
  PermitEnd end;
};
struct MetricsCall {};
struct EventsCall {
  std::string permit;  ///< only of this one; empty: of all
};
struct SealStatusCall {};
struct SealPlanCall {};
struct LiftSealCall {
  SealLift lift;
};
using Call =
    std::variant<CheckCall, StatusCall, PolicyCall, ListHoldsCall, AddHoldCall, RemoveHoldCall, ListReleasesCall,
                 AddReleaseCall, RevokeReleaseCall, ListAuditCall, VerifyAuditCall, AdoptLedgerCall, ListOverridesCall,
                 RequestOverrideCall, ApplyOverrideCall, ListPermitsCall, AcquirePermitCall, BeginPermitCall,
                 EndPermitCall, MetricsCall, EventsCall, SealStatusCall, SealPlanCall, LiftSealCall>;

struct HttpRequest {
  std::string_view method;
  std::string_view target;  ///< path and query
  std::string_view body;
};

/// What is to be done about a request: a call, or the reply where none is needed. Pure.
std::variant<Call, Reply> route(const HttpRequest& request, const Caller& caller);

}  // namespace guardd
