// SPDX-License-Identifier: Apache-2.0
// Permits and services that start: who comes first keeps the other away.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/text.hpp"
#include "daemon/permits/asked.hpp"
#include "daemon/units/units.hpp"
#include "daemon/worker/ask.hpp"
#include "gate/sight.hpp"

namespace guardd {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds units_deadline{2000};

/// The service runs already: what its gate let through is seen by the look.
bool runs(const StartIntent& start, const Snapshot& snapshot) {
  return std::ranges::any_of(snapshot.processes, [&](const ProcessFact& process) {
    const bool is_its = process.pid == start.caller.pid || process.ppid == start.caller.pid;
    return is_its && start.unit.empty() && !process.service.empty();
  });
}

}  // namespace

asio::awaitable<Result<bool>> Permits::announce(Asked& asked) {
  Permit requested = asked.requested;
  Result<gate::StartIntents> starts = co_await gate_.announce(std::move(requested));
  if (!starts) co_return starts.error();
  // One that can't be read may be of a service that is about to start.
  if (!starts->problems.empty()) {
    co_return Error{"gate", "a service may be about to start, by a file that can't be read: " +
                                starts->problems.front() + "; remove it where none is, and ask again"};
  }
  asked.starts = std::move(starts->intents);
  co_return true;
}

asio::awaitable<void> Permits::withdraw(Permit requested) {
  requested.state = PermitState::ended;
  const Result<bool> removed = co_await gate_.mirror(std::move(requested));
  if (!removed) spdlog::error("a request's mirror stays: {}", printable(removed.error().message));
}

/// Drops those whose start is over. Asked before the look begins: what runs by now, that sees.
asio::awaitable<void> Permits::ask_for_starts(Asked& asked) {
  if (asked.starts.empty()) co_return;
  UnitsInput input;
  for (const gate::FiledIntent& start : asked.starts) {
    if (!start.intent.unit.empty()) input.units.push_back(start.intent.unit);
  }
  json question(input);
  const Result<UnitsOutput> states =
      co_await ask<UnitsOutput>(workers_, "unit_states", std::move(question), units_deadline);
  std::vector<std::string> over;
  std::erase_if(asked.starts, [&](const gate::FiledIntent& start) {
    const StartIntent& intent = start.intent;
    bool is_over = intent.boot_id != settings_.boot_id || !gate::process_lives(intent.caller);
    if (!intent.unit.empty() && states) {
      // What systemd does not say is taken for a start that goes on.
      const auto state = std::ranges::find(states->units, intent.unit, &UnitState::unit);
      const bool is_said = state != states->units.end() && !state->active.empty();
      is_over = is_over || (is_said && state->active != "activating" && state->active != "reloading");
    }
    if (is_over) over.push_back(start.file);
    return is_over;
  });
  (void)co_await gate_.drop_starts(std::move(over));
}

asio::awaitable<void> Permits::drop_starts_that_run(Asked& asked, const Snapshot& snapshot) {
  std::vector<std::string> over;
  std::erase_if(asked.starts, [&](const gate::FiledIntent& start) {
    if (!runs(start.intent, snapshot)) return false;
    over.push_back(start.file);
    return true;
  });
  if (!over.empty()) (void)co_await gate_.drop_starts(std::move(over));
}

/// A gated service comes back by itself, once nothing keeps its gate closed.
asio::awaitable<void> Permits::start_waiting() {
  const auto closes_gate = [](const Permit& one) { return occupies(one) || one.state == PermitState::interrupted; };
  if (requests_under_way_ > 0 || std::ranges::any_of(keeper_.current().permits, closes_gate)) co_return;
  Result<std::vector<std::string>> waiting = co_await gate_.take_waiting();
  if (!waiting) {
    spdlog::warn("which services wait for their gate is not known: {}", printable(waiting.error().message));
    co_return;
  }
  if (waiting->empty()) {
    settling_.clear();
    co_return;
  }
  UnitsInput input;
  input.units = *waiting;
  json question(input);
  const Result<UnitsOutput> started =
      co_await ask<UnitsOutput>(workers_, "start_units", std::move(question), units_deadline);
  if (!started) {
    spdlog::warn("services that wait for their gate are not started: {}", printable(started.error().message));
    co_await look_again_at(std::move(*waiting));
    co_return;
  }
  // systemd has not made up its mind: the gate's refusal is not seen yet, or the unit restarts by itself.
  const auto settles = [](const std::string& state) { return state == "activating" || state == "deactivating"; };
  std::vector<std::string> again;
  for (const UnitState& unit : started->units) {
    if (!unit.problem.empty()) {
      spdlog::warn("the gate is open, and {} is not started: {}", printable(unit.unit), printable(unit.problem));
    } else if (settles(unit.active)) {
      again.push_back(unit.unit);
      if (!settling_.contains(unit.unit))
        spdlog::info("the gate is open: {} is {} and is looked at again", printable(unit.unit), unit.active);
    } else {
      spdlog::info("the gate is open: {} {}", printable(unit.unit),
                   unit.active == "failed" ? "is started" : "is " + printable(unit.active) + " and left so");
    }
  }
  co_await look_again_at(std::move(again));
}

/// They wait for their gate as before. Not for long.
asio::awaitable<void> Permits::look_again_at(std::vector<std::string> services) {
  const bool is_news = settling_.empty() && !services.empty();
  settling_ = {services.begin(), services.end()};
  if (services.empty()) co_return;
  const Result<bool> noted = co_await gate_.note_waiting(std::move(services));
  if (!noted) spdlog::warn("services that wait for their gate are forgotten: {}", printable(noted.error().message));
  if (is_news) holders_due_.ring();
}

}  // namespace guardd
