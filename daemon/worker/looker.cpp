// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/looker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace guardd {
namespace {

namespace asio = boost::asio;

}  // namespace

struct Looker::Running {
  std::uint64_t generation;
  std::int64_t began;
  std::shared_ptr<const Policy> policy;
  asio::steady_timer ended;
};

Looker::Looker(asio::any_io_executor executor, WorkerRunner& workers, LookClock clock, Settings settings,
               LookMemory memory)
    : executor_(std::move(executor)),
      workers_(workers),
      clock_(std::move(clock)),
      settings_(std::move(settings)),
      memory_(std::move(memory)) {}

void Looker::use_policy(std::shared_ptr<const Policy> policy) { policy_ = std::move(policy); }

bool Looker::counts(std::uint64_t generation, std::int64_t began, const std::shared_ptr<const Policy>& policy,
                    std::int64_t oldest, std::uint64_t after) const {
  return generation > after && began >= oldest && policy == policy_;
}

void Looker::begin() {
  running_ = std::make_shared<Running>(Running{++generation_, clock_.boot_ms(), policy_,
                                               asio::steady_timer(executor_, asio::steady_timer::time_point::max())});
  asio::co_spawn(executor_, look(running_), asio::detached);
}

asio::awaitable<void> Looker::look(std::shared_ptr<Running> running) {
  auto snapshot = std::make_shared<Snapshot>();
  try {
    // Named, and not an argument written in place: GCC 12 destroys such a temporary of a co_await twice (its bug
    // 99576).
    LookOrder order{.generation = running->generation,
                    .began_boot_ms = running->began,
                    .began_wall_s = clock_.wall_s(),
                    .recognitions = running->policy->recognitions(),
                    .remembered = memory_.recall ? memory_.recall() : std::vector<RememberedDataset>(),
                    .credentials_file = settings_.credentials_file,
                    .deadlines = settings_.deadlines,
                    .readlink_only = settings_.readlink_only};
    *snapshot = co_await take_look(workers_, std::move(order));
  } catch (const std::exception& error) {  // a bug: whoever waits gets a look in which nothing was seen
    *snapshot = Snapshot{};
    snapshot->generation = running->generation;
    snapshot->began_boot_ms = running->began;
    snapshot->inspectors.push_back({.name = "processes", .health = Health::failed, .problems = {error.what()}});
  }
  if (memory_.learn) memory_.learn(*snapshot);
  last_ = {std::move(snapshot), running->policy, clock_.boot_ms() - running->began};
  running_ = nullptr;
  running->ended.cancel();
}

asio::awaitable<Looked> Looker::fresh(std::int64_t max_age_ms) {
  const std::int64_t oldest = clock_.boot_ms() - max_age_ms;
  const std::uint64_t after = max_age_ms == 0 ? generation_ : 0;
  while (true) {
    if (last_.snapshot &&
        counts(last_.snapshot->generation, last_.snapshot->began_boot_ms, last_.policy, oldest, after)) {
      co_return last_;
    }
    if (!running_) begin();
    // Whether the running look is one that counts shows when it has ended; if not, the next one is begun then, and
    // shared.
    const std::shared_ptr<Running> running = running_;
    if (!running) continue;
    boost::system::error_code woken;
    co_await running->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

}  // namespace guardd
