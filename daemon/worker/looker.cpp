// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/looker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "daemon/worker/ask.hpp"
#include "daemon/worker/glance.hpp"
#include "daemon/worker/protocol.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

/// A glance is at a handful of processes.
constexpr std::chrono::milliseconds glance_deadline{500};

std::vector<std::int32_t> pids_of(const Snapshot& snapshot) {
  std::vector<std::int32_t> pids;
  for (const ProcessFact& process : snapshot.processes) pids.push_back(process.pid);
  return pids;
}

}  // namespace

struct Looker::Running {
  std::uint64_t generation;
  std::int64_t began;
  NewsCount news;
  std::shared_ptr<const Policy> policy;
  asio::steady_timer ended;
};

Looker::Looker(asio::any_io_executor executor, WorkerRunner& workers, LookClock clock, Settings settings,
               LookMemory memory, KernelEvents* events)
    : executor_(std::move(executor)),
      workers_(workers),
      clock_(std::move(clock)),
      settings_(std::move(settings)),
      memory_(std::move(memory)),
      events_(events) {}

void Looker::use_policy(std::shared_ptr<const Policy> policy) { policy_ = std::move(policy); }

bool Looker::counts(std::uint64_t generation, std::int64_t began, const std::shared_ptr<const Policy>& policy,
                    std::int64_t oldest, std::uint64_t after) const {
  return generation > after && began >= oldest && policy == policy_;
}

void Looker::begin() {
  if (events_ != nullptr) events_->drain();
  glances_.clear();
  ++count_.looks;
  running_ = std::make_shared<Running>(Running{++generation_, clock_.boot_ms(),
                                               events_ != nullptr ? events_->count() : NewsCount{}, policy_,
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
    if (memory_.learn) memory_.learn(*snapshot);
    for (const ProcessesOutput& seen : glances_) add_glance(*snapshot, seen);
  } catch (const std::exception& error) {  // a bug, or no memory: whoever waits gets a look in which nothing was seen
    *snapshot = Snapshot{};
    snapshot->generation = running->generation;
    snapshot->began_boot_ms = running->began;
    snapshot->inspectors.push_back({.name = "processes", .health = Health::failed, .problems = {error.what()}});
  }
  try {
    if (events_ != nullptr) {
      snapshot->event_sources = events_->reports();
      events_->follow(pids_of(*snapshot));
    }
    last_ = {std::move(snapshot), running->policy, clock_.boot_ms() - running->began, running->generation,
             running->news};
  } catch (const std::exception&) {  // no memory: who waits begins another one
    last_ = {};
  }
  // Not by a destructor: when the loop is destroyed in the middle of a look there is no Looker any more.
  running_ = nullptr;
  running->ended.cancel();
  if (tell_) tell_();
}

asio::awaitable<Looked> Looker::fresh(std::int64_t max_age_ms) {
  const std::int64_t oldest = clock_.boot_ms() - max_age_ms;
  const std::uint64_t after = max_age_ms == 0 ? generation_ : 0;
  while (true) {
    if (last_.snapshot && counts(last_.look, last_.snapshot->began_boot_ms, last_.policy, oldest, after)) {
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

std::optional<Looked> Looker::last() const {
  if (!last_.snapshot || last_.policy != policy_) return std::nullopt;
  return last_;
}

std::optional<Looked> Looker::last(std::int64_t max_age_ms) const {
  std::optional<Looked> looked = last();
  if (!looked || looked->snapshot->began_boot_ms < clock_.boot_ms() - max_age_ms) return std::nullopt;
  return looked;
}

asio::awaitable<Glanced> Looker::glance(std::vector<std::int32_t> pids) {
  const std::int64_t began = clock_.boot_ms();
  Glanced glanced;
  ++count_.glances;
  const std::shared_ptr<const Policy> policy = policy_;
  nlohmann::json input(ProcessesInput{
      .recognitions = policy->recognitions(), .deadline_ms = glance_deadline.count(), .pids = std::move(pids)});
  const Result<ProcessesOutput> seen = co_await ask<ProcessesOutput>(workers_, "processes", std::move(input),
                                                                     glance_deadline + settings_.deadlines.late);
  // What could not be seen shows in the next look.
  if (seen && policy == policy_) {
    if (running_) glances_.push_back(*seen);
    if (last_.snapshot && last_.policy == policy) {
      auto snapshot = std::make_shared<Snapshot>(*last_.snapshot);
      add_glance(*snapshot, *seen);
      glanced.without_data = without_data(*snapshot, *seen);
      snapshot->generation = ++generation_;
      last_.snapshot = std::move(snapshot);
      if (tell_) tell_();
    }
  }
  glanced.took = std::chrono::milliseconds(clock_.boot_ms() - began);
  co_return glanced;
}

}  // namespace guardd
