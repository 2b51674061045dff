// SPDX-License-Identifier: Apache-2.0
#include "daemon/permits/gate_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>

#include "gate/lock.hpp"
#include "gate/waiting.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

/// As long as a gate keeps it at most.
constexpr std::chrono::milliseconds lock_patience{2000};

Result<gate::StartIntents> announce_now(const gate::Places& places, const Permit& requested) {
  const Result<Fd> lock = gate::take_lock(places, lock_patience);
  if (!lock) return lock.error();
  if (auto mirrored = gate::mirror(places, requested); !mirrored) return mirrored.error();
  return gate::read_start_intents(places);
}

Result<bool> drop_starts_now(const gate::Places& places, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (auto dropped = gate::drop_start_intent(places, file); !dropped) return dropped;
  }
  return true;
}

Result<std::vector<std::string>> take_waiting_now(const gate::Places& places) {
  if (gate::read_waiting(places).empty()) return std::vector<std::string>();
  const Result<Fd> lock = gate::take_lock(places, lock_patience);
  if (!lock) return lock.error();
  std::vector<std::string> waiting = gate::read_waiting(places);
  for (const std::string& service : waiting) {
    if (auto forgotten = gate::forget_waiting(places, service); !forgotten) return forgotten.error();
  }
  return waiting;
}

Result<bool> note_waiting_now(const gate::Places& places, const std::vector<std::string>& services) {
  for (const std::string& service : services) {
    if (auto noted = gate::note_waiting(places, service); !noted) return noted;
  }
  return true;
}

// Optional, since co_spawn wants a result that can be made of nothing.
template <typename Work>
auto spawned(Work work) -> asio::awaitable<std::optional<decltype(work())>> {
  co_return work();
}

}  // namespace

/// `work` is a variable of its own at each call: GCC 12 destroys the captures of a lambda that is written into a
/// co_await twice (its bug 99576).
template <typename Work>
auto GateThread::run(Work work) {
  return asio::co_spawn(thread_, spawned(std::move(work)), asio::use_awaitable);
}

asio::awaitable<Result<gate::StartIntents>> GateThread::announce(Permit requested) {
  auto work = [this, requested = std::move(requested)] { return announce_now(places_, requested); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

asio::awaitable<Result<bool>> GateThread::mirror(Permit permit) {
  auto work = [this, permit = std::move(permit)] { return gate::mirror(places_, permit); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

asio::awaitable<Result<bool>> GateThread::drop_starts(std::vector<std::string> files) {
  auto work = [this, files = std::move(files)] { return drop_starts_now(places_, files); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

asio::awaitable<Result<gate::Mirrors>> GateThread::mirrors() {
  auto work = [this] { return Result<gate::Mirrors>(gate::read_mirrors(places_)); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

asio::awaitable<Result<bool>> GateThread::note_waiting(std::vector<std::string> services) {
  auto work = [this, services = std::move(services)] { return note_waiting_now(places_, services); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

asio::awaitable<Result<std::vector<std::string>>> GateThread::take_waiting() {
  auto work = [this] { return take_waiting_now(places_); };
  auto done = co_await run(std::move(work));
  co_return std::move(done).value();
}

}  // namespace guardd
