// SPDX-License-Identifier: Apache-2.0
#include "daemon/front_desk.hpp"

#include <utility>

#include "os/clock.hpp"

namespace guardd {

boost::asio::awaitable<Reply> FrontDesk::answer(Call call, Caller caller) {
  if (caller.detail != Detail::full && !limit_.take(caller.uid, boot_now_ms())) {
    co_return error_reply(429, "busy", "this user asks more often than once a second; ask again in a moment");
  }
  if (auto* check = std::get_if<CheckCall>(&call)) {
    co_return co_await checker_.answer_check(std::move(check->request), caller);
  }
  if (std::holds_alternative<StatusCall>(call)) co_return co_await checker_.answer_status(caller);
  if (std::holds_alternative<PolicyCall>(call)) co_return checker_.answer_policy();
  if (std::holds_alternative<ListHoldsCall>(call)) co_return decisions_.list_holds();
  if (auto* add = std::get_if<AddHoldCall>(&call)) {
    co_return co_await decisions_.add_hold(std::move(add->hold), caller);
  }
  if (auto* remove = std::get_if<RemoveHoldCall>(&call)) {
    co_return co_await decisions_.remove_hold(std::move(remove->id), caller);
  }
  if (std::holds_alternative<ListReleasesCall>(call)) co_return releases_.list();
  if (auto* add = std::get_if<AddReleaseCall>(&call)) co_return co_await releases_.add(std::move(add->request), caller);
  if (auto* revoke = std::get_if<RevokeReleaseCall>(&call)) {
    co_return co_await releases_.revoke(std::move(revoke->id), caller);
  }
  if (auto* list = std::get_if<ListAuditCall>(&call)) {
    co_return co_await decisions_.list_audit(std::move(list->query));
  }
  if (auto* verify = std::get_if<VerifyAuditCall>(&call)) {
    co_return co_await decisions_.verify_audit(std::move(verify->from));
  }
  if (std::holds_alternative<ListOverridesCall>(call)) co_return overrides_.list();
  if (auto* wanted = std::get_if<RequestOverrideCall>(&call)) {
    co_return co_await overrides_.request(std::move(wanted->wanted), caller);
  }
  if (auto* approved = std::get_if<ApplyOverrideCall>(&call)) {
    co_return co_await overrides_.apply(std::move(approved->id), std::move(approved->proof), caller);
  }
  if (std::holds_alternative<ListPermitsCall>(call)) co_return permits_.list();
  if (auto* wanted = std::get_if<AcquirePermitCall>(&call)) {
    co_return co_await permits_.acquire(std::move(wanted->request), caller);
  }
  if (auto* begun = std::get_if<BeginPermitCall>(&call)) {
    Reply reply = co_await permits_.begin(std::move(begun->id), begun->pid, caller);
    sealer_.exempt();  // before the command may run
    co_return reply;
  }
  if (auto* ended = std::get_if<EndPermitCall>(&call)) {
    co_return co_await permits_.end(std::move(ended->id), std::move(ended->end), caller);
  }
  if (std::holds_alternative<SealStatusCall>(call)) co_return sealer_.status();
  if (std::holds_alternative<SealPlanCall>(call)) co_return co_await sealer_.plan();
  if (auto* wanted = std::get_if<LiftSealCall>(&call)) {
    co_return co_await sealer_.lift(std::move(wanted->lift), caller);
  }
  if (std::holds_alternative<MetricsCall>(call)) co_return metrics_.show();
  if (const auto* events = std::get_if<EventsCall>(&call)) co_return permits_.listen(events->permit);
  co_return co_await decisions_.adopt(std::move(std::get<AdoptLedgerCall>(call).reason), caller);
}

}  // namespace guardd
