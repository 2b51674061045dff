// SPDX-License-Identifier: Apache-2.0
#include "daemon/patrol.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "core/text.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds effort_burst{2000};
constexpr milliseconds glance_burst{500};
/// Processes at which guardd glances together; where there are more the next round sees them.
constexpr std::size_t max_unglanced = 256;
constexpr std::size_t max_comm_bytes = 64;
constexpr milliseconds after_a_bug{1000};
/// umount(8) of a tree takes a few milliseconds a filesystem, and a few tens where there is much to write.
constexpr milliseconds calm_before_look{200};
constexpr milliseconds longest_unsettled{1000};
/// A server has read its configuration and opened its data some 10 to 50 ms after its exec.
constexpr std::array pauses_between_glances{milliseconds{10}, milliseconds{40}, milliseconds{160}};

milliseconds now() { return milliseconds(boot_now_ms()); }

}  // namespace

Patrol::Patrol(const asio::any_io_executor& executor, Looker& looker, KernelEvents& events, Settings settings)
    : executor_(executor),
      looker_(looker),
      events_(events),
      pace_(settings.every),
      effort_(settings.cpu_percent, effort_burst),
      glance_effort_(settings.cpu_percent, glance_burst),
      settled_(executor),
      due_(executor),
      glanced_(executor, asio::steady_timer::time_point::max()),
      once_more_(executor) {}

asio::awaitable<void> Patrol::run() {
  events_.start([this](const Heard& heard) { hear(heard); });
  milliseconds pause{0};
  while (true) {
    try {
      events_.prove();
      const std::int64_t old_enough = std::exchange(hastened_, false) ? 0 : pause.count() / 2;
      const Looked looked = co_await looker_.fresh(old_enough);
      effort_.spend(now(), milliseconds(looked.took_ms));
      pause = pace_.next(events_.all_tell(), milliseconds(looked.took_ms));
    } catch (const std::exception& bug) {
      spdlog::error("no round, for once: {}", printable(bug.what()));
      pause = after_a_bug;
    }
    co_await due_.sleep(pause);
    // What comes again and again waits until there is something to spend.
    while (effort_.wait(now()) > milliseconds{0}) co_await due_.sleep(effort_.wait(now()));
  }
}

void Patrol::hear(const Heard& heard) {
  bool at_once = heard.lost;
  for (const std::int32_t pid : heard.programs) {
    if (!may_be_service(pid)) continue;
    at_once = true;
    unglanced_at_ = events_.count().programs;
    if (unglanced_.size() < max_unglanced) unglanced_[pid] = 0;
  }
  if (heard.lost) spdlog::warn("the kernel told more than could be heard: guardd looks at everything again");
  begin_glance();
  if (at_once) {
    hasten();
  } else if (heard.changed) {
    settle();
  }
}

void Patrol::settle() {
  if (!unsettled_since_) unsettled_since_ = now();
  settled_.expires_after(std::min(calm_before_look, *unsettled_since_ + longest_unsettled - now()));
  settled_.async_wait([this](const boost::system::error_code& error) {
    if (!error) hasten();
  });
}

void Patrol::hasten() {
  settled_.cancel();
  unsettled_since_.reset();
  pace_.hasten();
  hastened_ = true;
  // A look at everything would slow down the glance, which somebody may be waiting for.
  if (!glancing_) due_.ring();
  // What comes again and again does not make those busy either who are told.
  if (tell_ && effort_.wait(now()) == milliseconds{0}) tell_();
}

/// By what can be read without waiting: the link of its executable and its comm. The command line lies in the process's
/// own memory, which may be on a hung filesystem; a worker reads that.
bool Patrol::may_be_service(std::int32_t pid) {
  if (matched_policy_ != looker_.policy()) {
    matched_policy_ = looker_.policy();
    recognitions_ = matched_policy_->recognitions();
    services_.emplace(recognitions_);
  }
  const std::string directory = "/proc/" + std::to_string(pid);
  const Result<std::string> exe = read_link_at(AT_FDCWD, (directory + "/exe").c_str());
  const Result<std::string> comm = read_file(directory + "/comm", max_comm_bytes);
  std::string_view name = comm ? std::string_view(*comm) : std::string_view();
  if (name.ends_with('\n')) name.remove_suffix(1);
  return services_->may_match(exe ? std::string_view(*exe) : std::string_view(), name);
}

void Patrol::begin_glance() {
  if (unglanced_.empty() || glancing_ || glance_effort_.wait(now()) > milliseconds{0}) return;
  glancing_ = true;
  asio::co_spawn(executor_, glance(), asio::detached);
}

asio::awaitable<void> Patrol::glance() {
  try {
    while (!unglanced_.empty() && glance_effort_.wait(now()) == milliseconds{0}) {
      const std::map<std::int32_t, std::size_t> these = std::exchange(unglanced_, {});
      std::vector<std::int32_t> pids;
      pids.reserve(these.size());
      for (const auto& [pid, times] : these) pids.push_back(pid);
      const Glanced glanced = co_await looker_.glance(std::move(pids));
      glance_effort_.spend(now(), glanced.took);
      glance_once_more(glanced.without_data, these);
      if (tell_) tell_();
    }
  } catch (const std::exception& bug) {
    spdlog::error("no glance, for once: {}", printable(bug.what()));
  }
  glancing_ = false;
  glanced_.cancel();
  if (hastened_) due_.ring();
}

void Patrol::glance_once_more(const std::vector<std::int32_t>& pids, const std::map<std::int32_t, std::size_t>& times) {
  std::optional<milliseconds> pause;
  for (const std::int32_t pid : pids) {
    const auto known = times.find(pid);
    if (known == times.end() || known->second >= pauses_between_glances.size()) continue;
    pause = std::min(pause.value_or(milliseconds::max()), pauses_between_glances.at(known->second));
    beginning_[pid] = known->second + 1;
  }
  if (!pause) return;
  once_more_.expires_after(*pause);
  once_more_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    unglanced_.merge(std::exchange(beginning_, {}));
    begin_glance();
  });
}

/// Takes what the kernel has told, and waits for the glances that it caused. Those end: a worker has its deadline.
asio::awaitable<void> Patrol::catch_up() {
  events_.drain();
  while (glancing_) {
    boost::system::error_code woken;
    co_await glanced_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

asio::awaitable<std::optional<Looked>> Patrol::current(std::int64_t max_age_ms) {
  co_await catch_up();
  std::optional<Looked> looked = looker_.last(max_age_ms);
  if (!looked) co_return looked;
  // A look that began later has seen them.
  if (unglanced_at_ <= looked->news.programs) unglanced_.clear();
  const bool is_current = events_.all_tell() && unglanced_.empty() && events_.count().changes == looked->news.changes;
  if (!is_current) looked.reset();
  co_return looked;
}

bool Patrol::is_outdated() const {
  const std::optional<Looked> looked = looker_.last();
  return looked && events_.count().changes != looked->news.changes;
}

bool Patrol::nothing_since(const Looked& looked, std::int32_t caller) {
  events_.drain();
  return events_.all_tell() && events_.count().changes == looked.news.changes &&
         !events_.any_program_since(looked.news, caller);
}

}  // namespace guardd
