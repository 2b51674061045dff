// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/kernel_events/kernel_events.hpp"
#include "daemon/worker/look.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// What was seen, and the policy that said what to look for: they belong together, since a look for other services is
/// no evidence about these.
struct Looked {
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const Policy> policy;
  std::int64_t took_ms = 0;
  std::uint64_t look = 0;  ///< the look's number: a snapshot to which glances were added has a higher one
  NewsCount news;          ///< what the kernel had told before the look began
};

/// The clocks of os/clock.hpp, as tests replace them.
struct LookClock {
  std::function<std::int64_t()> boot_ms;
  std::function<std::int64_t()> wall_s;
};

/// What looks have to do with earlier ones.
struct LookMemory {
  std::function<std::vector<RememberedDataset>()> recall;  ///< what a look is to look for again
  std::function<void(const Snapshot&)> learn;              ///< what became of it; after each look
};

/// How many have begun so far.
struct LookCount {
  std::uint64_t looks = 0;
  std::uint64_t glances = 0;
};

/// What came of a glance.
struct Glanced {
  std::chrono::milliseconds took{0};
  std::vector<std::int32_t> without_data;  ///< see there
};

/// Keeps the last look, and lets callers share looks: however many ask, looks only follow one another.
class Looker {
 public:
  struct Settings {
    Deadlines deadlines;
    std::string credentials_file;
    bool readlink_only = false;  ///< see ProcessesInput
  };
  Looker(boost::asio::any_io_executor executor, WorkerRunner& workers, LookClock clock, Settings settings,
         LookMemory memory = {}, KernelEvents* events = nullptr);

  /// From now on, only looks under this policy count.
  void use_policy(std::shared_ptr<const Policy> policy);
  [[nodiscard]] const std::shared_ptr<const Policy>& policy() const { return policy_; }
  /// A number that every look that begins from now on exceeds, and none that has begun; 0 before the first.
  [[nodiscard]] std::uint64_t newest() const { return generation_; }
  [[nodiscard]] const Deadlines& deadlines() const { return settings_.deadlines; }
  /// How long the last look took; 0 before the first.
  [[nodiscard]] std::int64_t last_took_ms() const { return last_.took_ms; }

  [[nodiscard]] LookCount count() const { return count_; }

  /// `tell` runs whenever last() has become another one.
  void tell_of_looks(std::function<void()> tell) { tell_ = std::move(tell); }

  /// A look that began at most `max_age_ms` before this call: the last one, the one that is running, or a new one. 0:
  /// one that begins after this call.
  boost::asio::awaitable<Looked> fresh(std::int64_t max_age_ms);
  /// The last look under this policy, however old.
  [[nodiscard]] std::optional<Looked> last() const;
  /// The last look, where it began at most `max_age_ms` before this call.
  [[nodiscard]] std::optional<Looked> last(std::int64_t max_age_ms) const;
  /// Looks at these processes alone, and adds what it sees to the last look, and to the one that is running: evidence
  /// that is there, never absence.
  boost::asio::awaitable<Glanced> glance(std::vector<std::int32_t> pids);

 private:
  struct Running;

  [[nodiscard]] bool counts(std::uint64_t generation, std::int64_t began, const std::shared_ptr<const Policy>& policy,
                            std::int64_t oldest, std::uint64_t after) const;
  void begin();
  boost::asio::awaitable<void> look(std::shared_ptr<Running> running);

  boost::asio::any_io_executor executor_;
  WorkerRunner& workers_;
  LookClock clock_;
  Settings settings_;
  LookMemory memory_;
  KernelEvents* events_;
  std::shared_ptr<const Policy> policy_;
  std::uint64_t generation_ = 0;
  LookCount count_;
  std::shared_ptr<Running> running_;
  Looked last_;
  std::function<void()> tell_;
  std::vector<ProcessesOutput> glances_;  ///< made while the running look runs
};

}  // namespace guardd
