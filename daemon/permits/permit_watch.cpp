// SPDX-License-Identifier: Apache-2.0
// What becomes of permits without their holders' doing.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <utility>

#include "core/permit_activity.hpp"
#include "core/text.hpp"
#include "daemon/permits/permits.hpp"
#include "gate/sight.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds holders_pause{200};
constexpr milliseconds shortest_look_pause{100};
constexpr int looks_share = 4;  ///< of the time that a look took, until the next one
constexpr milliseconds idle_pause{5000};
constexpr milliseconds settling_pause{500};

AuditRecord own_record() { return {.wall_s = wall_now_s(), .kind = {}, .actor = {}, .what = nlohmann::json::object()}; }

}  // namespace

/// Mirrors that a dead guardd left go, those of what is under way are written anew. Requests come in meanwhile.
asio::awaitable<void> Permits::recover() {
  const Ledger& ledger = keeper_.current();
  // Not by a ledger that may have forgotten: what it does not know may be true all the same.
  if (!ledger.readable.known() || !ledger.lost.empty()) co_return;
  Result<gate::Mirrors> mirrors = co_await gate_.mirrors();
  if (!mirrors) co_return;
  for (const std::string& problem : mirrors->problems) spdlog::warn("mirror: {}", printable(problem));
  for (Permit& mirror : mirrors->permits) {
    const Permit* const known = find(mirror.id);
    // A request's holder is guardd: one that lives is this one, which looks right now.
    const bool is_asked_for = mirror.state == PermitState::requested && gate::process_lives(mirror.holder);
    const bool is_over = known == nullptr ? !is_asked_for : known->state == PermitState::ended;
    if (is_over) co_await withdraw(std::move(mirror));
  }
  const std::vector<Permit> permits = keeper_.current().permits;
  for (const Permit& one : permits) {
    // As it is by now: it may have gone on while the one before it was mirrored.
    const Permit* const known = find(one.id);
    if (known == nullptr || known->state == PermitState::ended) continue;
    Permit permit = *known;
    const Result<bool> mirrored = co_await gate_.mirror(std::move(permit));
    if (!mirrored) spdlog::error("permit {} is not mirrored: {}", one.id, printable(mirrored.error().message));
  }
}

asio::awaitable<void> Permits::watch() {
  try {
    co_await recover();
  } catch (const std::exception& bug) {
    spdlog::error("mirrors are left as they are: {}", printable(bug.what()));
  }
  asio::co_spawn(executor_, follow_activity(), asio::detached);
  co_await follow_holders();
}

/// One round; whatever goes wrong in it, the next one comes.
asio::awaitable<void> Permits::see_holders() {
  try {
    const std::vector<Permit> permits = keeper_.current().permits;
    for (const Permit& permit : permits) {
      if (!is_under_way(permit)) continue;
      const PermitSight sight = gate::see(permit);
      if (advance(permit, sight, now()) == permit) continue;
      Change change = [sight, at = now()](const Permit& one) -> Result<Permit> {
        Permit next = advance(one, sight, at);
        if (next == one) return Error{"conflict", "nothing has changed"};
        return next;
      };
      // What could not be stored is tried again with the next round.
      AuditRecord record = own_record();
      (void)co_await step(permit.id, std::move(change), std::move(record));
    }
    if (!any_under_way()) co_await start_waiting();
  } catch (const std::exception& bug) {
    spdlog::error("permits are not followed, for once: {}", printable(bug.what()));
  }
}

asio::awaitable<void> Permits::follow_holders() {
  while (true) {
    co_await see_holders();
    const milliseconds calm_pause = settling_.empty() ? idle_pause : settling_pause;
    co_await holders_due_.sleep(any_under_way() ? holders_pause : calm_pause);
  }
}

/// How long that look took.
asio::awaitable<milliseconds> Permits::see_activity() {
  try {
    const Looked looked = co_await looker_.fresh(0);
    co_await judge_activity(looked);
    co_return milliseconds(looked.took_ms);
  } catch (const std::exception& bug) {
    spdlog::error("what begins on a permit's scope is not seen, for once: {}", printable(bug.what()));
  }
  co_return shortest_look_pause;
}

asio::awaitable<void> Permits::judge_activity(Looked looked) {
  const std::vector<Permit> permits = keeper_.current().permits;
  for (const Permit& permit : permits) {
    if (!is_valid(permit)) continue;
    const auto basis = granted_on_.find(permit.id);
    const bool is_older = basis != granted_on_.end() && looked.look <= basis->second.look;
    if (is_older) continue;
    const Policy& policy = basis != granted_on_.end() ? *basis->second.policy : *looked.policy;
    const Now now{.boot_ms = boot_now_ms(), .asked_boot_ms = looked.snapshot->began_boot_ms, .wall_s = wall_now_s()};
    std::string news = new_activity(permit, *looked.snapshot, policy, keeper_.current(), now);
    if (news.empty()) {
      suspected_.erase(permit.id);
      continue;
    }
    // A process that gives up root's rights while it is looked at may be seen as root's, with an ordinary user's files:
    // what revokes something that runs is seen twice.
    if (permit.began && suspected_.insert(permit.id).second) {
      activity_due_.ring();
      continue;
    }
    Change change = [news](Permit one) { return revoke(std::move(one), news); };
    AuditRecord record = own_record();
    (void)co_await step(permit.id, std::move(change), std::move(record));
  }
}

asio::awaitable<void> Permits::follow_activity() {
  while (true) {
    const bool any_valid = std::ranges::any_of(keeper_.current().permits, is_valid);
    if (!any_valid) {
      co_await activity_due_.sleep(idle_pause);
      continue;
    }
    const milliseconds took = co_await see_activity();
    co_await activity_due_.sleep(std::max(shortest_look_pause, looks_share * took));
  }
}

}  // namespace guardd
