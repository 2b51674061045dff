// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/alarm.hpp"
#include "daemon/effort.hpp"
#include "daemon/inspect/service_matcher.hpp"
#include "daemon/kernel_events/kernel_events.hpp"
#include "daemon/pace.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// Looks at the host again and again, without end, so that what was on it is known whoever asks or does not: in calm
/// rounds, and sooner where the kernel tells of a change. At a process that may be a service it glances at once. While
/// mounts and devices come and go it lets them: a look holds every filesystem for a moment, and umount(8) of a tree
/// would find the next one busy. All of that together takes no more than a share of one core; a look that somebody
/// asked for meanwhile counts.
class Patrol {
 public:
  struct Settings {
    std::chrono::seconds every{60};  ///< of calm rounds
    int cpu_percent = 5;             ///< of one core
  };
  Patrol(const boost::asio::any_io_executor& executor, Looker& looker, KernelEvents& events, Settings settings);

  /// Called when something changed that may concern a permit.
  void tell_of_changes(std::function<void()> tell) { tell_ = std::move(tell); }
  boost::asio::awaitable<void> run();
  /// The last look, where it began at most `max_age_ms` ago and, as far as the kernel tells, nothing that it shows has
  /// changed since.
  boost::asio::awaitable<std::optional<Looked>> current(std::int64_t max_age_ms);
  /// Whether the kernel has told of something since the last look began that it may show wrongly.
  [[nodiscard]] bool is_outdated() const;
  /// Whether, as far as the kernel tells, nothing at all has happened since that look began but what `caller` did.
  [[nodiscard]] bool nothing_since(const Looked& looked, std::int32_t caller);

 private:
  boost::asio::awaitable<void> catch_up();
  void hear(const Heard& heard);
  void settle();
  void hasten();
  [[nodiscard]] bool may_be_service(std::int32_t pid);
  void begin_glance();
  boost::asio::awaitable<void> glance();
  void glance_once_more(const std::vector<std::int32_t>& pids, const std::map<std::int32_t, std::size_t>& times);

  boost::asio::any_io_executor executor_;
  Looker& looker_;
  KernelEvents& events_;
  std::function<void()> tell_;
  Pace pace_;
  Effort effort_;
  Effort glance_effort_;  ///< of its own: rounds that take long must not keep it from a glance, which takes little
  bool hastened_ = false;
  std::optional<std::chrono::milliseconds> unsettled_since_;
  boost::asio::steady_timer settled_;
  Alarm due_;
  std::shared_ptr<const Policy> matched_policy_;  ///< what `services_` was made of
  std::vector<Recognition> recognitions_;
  std::optional<walk::ServiceMatcher> services_;
  std::map<std::int32_t, std::size_t>
      unglanced_;                   ///< processes that may be a service, and how often they were glanced at
  std::uint64_t unglanced_at_ = 0;  ///< how many programs had been heard when the last of them was
  bool glancing_ = false;
  boost::asio::steady_timer glanced_;
  std::map<std::int32_t, std::size_t> beginning_;  ///< services that had no data yet, to be glanced at once more
  boost::asio::steady_timer once_more_;
};

}  // namespace guardd
