// SPDX-License-Identifier: Apache-2.0
#include "daemon/checker.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/strict_json.hpp"
#include "daemon/os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

Now now_asked_at(std::int64_t asked_boot_ms) {
  return {.boot_ms = boot_now_ms(), .asked_boot_ms = asked_boot_ms, .wall_s = wall_now_s()};
}

}  // namespace

asio::awaitable<Reply> Checker::answer(Call call, Caller caller) {
  if (CheckCall* check_call = std::get_if<CheckCall>(&call)) {
    co_return co_await answer_check(std::move(check_call->request), caller);
  }
  if (std::holds_alternative<StatusCall>(call)) co_return co_await answer_status(caller);
  co_return Reply{200, to_text(policy_json(*policies_.current(), policies_.problems())), {}};
}

asio::awaitable<Reply> Checker::answer_check(CheckRequest request, Caller caller) {
  const std::int64_t asked = boot_now_ms();
  const Looked looked = co_await looker_.fresh(looker_.policy()->freshness_ms);
  const Verdict verdict = check({*looked.snapshot, *looked.policy, ledger_, now_asked_at(asked)}, request, identity_);
  spdlog::info("{}", log_line(verdict, caller.uid, caller.pid));
  co_return Reply{200, to_text(to_json(verdict, caller.detail)), {}};
}

asio::awaitable<Reply> Checker::answer_status(Caller caller) {
  const std::int64_t asked = boot_now_ms();
  const Looked looked = co_await looker_.fresh(looker_.policy()->freshness_ms);
  co_return Reply{200,
                  to_text(status_json({*looked.snapshot, *looked.policy, ledger_, now_asked_at(asked)},
                                      policies_.problems(), identity_, caller.detail)),
                  {}};
}

}  // namespace guardd
