// SPDX-License-Identifier: Apache-2.0
// What every step of a permit has in common: it is made durable, then mirrored, then told.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "daemon/permits/permits.hpp"
#include "gate/sight.hpp"
#include "os/clock.hpp"

namespace guardd {

namespace asio = boost::asio;
using nlohmann::json;

Permits::Permits(const asio::any_io_executor& executor, Looker& looker, WorkerRunner& workers, ledger::Keeper& keeper,
                 Settings settings)
    : executor_(executor),
      looker_(looker),
      workers_(workers),
      keeper_(keeper),
      settings_(std::move(settings)),
      gate_(settings_.places),
      events_(executor),
      holders_due_(executor),
      activity_due_(executor) {}

BootMoment Permits::now() const { return {settings_.boot_id, boot_now_ms()}; }

const Permit* Permits::find(const std::string& id) const {
  const auto& permits = keeper_.current().permits;
  const auto found = std::ranges::find(permits, id, &Permit::id);
  return found == permits.end() ? nullptr : &*found;
}

bool Permits::any_under_way() const { return std::ranges::any_of(keeper_.current().permits, is_under_way); }

Reply Permits::list() const {
  const Ledger& ledger = keeper_.current();
  if (!ledger.readable.known()) return error_reply(503, "ledger.failed", ledger.readable.why());
  json permits = json::array();
  for (const Permit& permit : ledger.permits) permits.push_back(to_json(permit));
  return {200, to_text({{"permits", std::move(permits)}}), {}};
}

Reply Permits::listen(const std::string& permit) {
  std::shared_ptr<EventStream> stream = events_.listen(permit);
  json permits = json::array();
  for (const Permit& one : keeper_.current().permits) {
    if (permit.empty() || one.id == permit) permits.push_back(to_json(one));
  }
  stream->push("permits", {{"permits", std::move(permits)}});
  return {.status = 200, .body = {}, .allow = {}, .events = std::move(stream)};
}

asio::awaitable<Result<Permit>> Permits::step(std::string id, Change change, AuditRecord record) {
  ledger::Change wanted{.record = std::move(record)};
  wanted.permit_step = ledger::PermitStep{.add = {}, .id = std::move(id), .change = std::move(change)};
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(wanted));
  if (!stored) co_return stored.error();
  Permit after = *stored->permit;
  co_return co_await settle(std::move(after));
}

/// An error is the mirror's: the step itself is made.
asio::awaitable<Result<Permit>> Permits::settle(Permit permit) {
  const Result<bool> mirrored = co_await gate_.mirror(permit);
  if (!mirrored) spdlog::error("permit {} is not mirrored: {}", permit.id, printable(mirrored.error().message));
  if (!is_under_way(permit)) gate::forget_command_cgroup(permit.id);
  tell(permit);
  holders_due_.ring();
  activity_due_.ring();
  if (!occupies(permit)) co_await start_waiting();
  if (!mirrored) co_return mirrored.error();
  co_return permit;
}

void Permits::tell(const Permit& permit) {
  spdlog::info("permit {} is {}{}", permit.id, to_string(permit.state),
               permit.lapsed.empty() ? "" : ": " + printable(permit.lapsed));
  events_.publish("permit", {{"what", to_string(permit.state)}, {"permit", to_json(permit)}}, permit.id);
  if (is_valid(permit)) return;
  granted_on_.erase(permit.id);
  suspected_.erase(permit.id);
}

}  // namespace guardd
