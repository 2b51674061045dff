// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/kernel_events.hpp"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace guardd {
namespace {

/// Programs of which it is kept which processes they were, to tell a caller's own from others'.
constexpr std::size_t max_latest = 64;

}  // namespace

KernelEvents::KernelEvents(boost::asio::any_io_executor executor, std::vector<std::unique_ptr<EventSource>> sources,
                           int wake_ups_per_s)
    : executor_(std::move(executor)), rest_(std::chrono::microseconds(std::chrono::seconds(1)) / wake_ups_per_s) {
  for (auto& source : sources) {
    sources_.push_back({.source = std::move(source),
                        .descriptor = -1,
                        .waiting = nullptr,
                        .pause = std::make_unique<boost::asio::steady_timer>(executor_)});
  }
}

void KernelEvents::start(OnHeard on_heard) {
  on_heard_ = std::move(on_heard);
  for (Listening& listening : sources_) wait_on(listening);
}

void KernelEvents::wait_on(Listening& listening) {
  using boost::asio::posix::stream_descriptor;
  const int descriptor = listening.source->descriptor();
  if (!listening.waiting || descriptor != listening.descriptor) {
    listening.descriptor = descriptor;
    listening.waiting.reset();
    // A copy: the source closes its own whenever it likes.
    const int copy = descriptor < 0 ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return;
    listening.waiting = std::make_unique<stream_descriptor>(executor_, copy);
  }
  const auto kind = listening.source->is_exceptional() ? stream_descriptor::wait_error : stream_descriptor::wait_read;
  listening.waiting->async_wait(kind, [this, &listening](const boost::system::error_code& error) {
    if (error) return;
    Heard heard;
    listening.source->drain(heard);
    // poll(2) said it, whoever has taken it meanwhile.
    heard.changed = heard.changed || listening.source->is_exceptional();
    rest_and_wait(listening);
    take(heard);
  });
}

void KernelEvents::rest_and_wait(Listening& listening) {
  // What an exceptional source tells while nobody waits for it is told to nobody.
  if (listening.source->is_exceptional()) return wait_on(listening);
  listening.pause->expires_after(rest_);
  listening.pause->async_wait([this, &listening](const boost::system::error_code& error) {
    if (!error) wait_on(listening);
  });
}

void KernelEvents::drain() {
  Heard heard;
  for (const Listening& listening : sources_) listening.source->drain(heard);
  take(heard);
}

void KernelEvents::follow(const std::vector<std::int32_t>& pids) {
  for (const Listening& listening : sources_) listening.source->follow(pids);
}

void KernelEvents::prove() {
  Heard heard;
  for (Listening& listening : sources_) {
    listening.source->prove(heard);
    if (listening.source->descriptor() != listening.descriptor && on_heard_) wait_on(listening);
  }
  take(heard);
}

void KernelEvents::take(const Heard& heard) {
  if (!heard.any()) return;
  count_.programs += heard.programs.size();
  count_.changes += heard.changed || heard.lost ? 1 : 0;
  count_.losses += heard.lost ? 1 : 0;
  for (const std::int32_t pid : heard.programs) latest_programs_.push_back(pid);
  while (latest_programs_.size() > max_latest) latest_programs_.pop_front();
  if (on_heard_) on_heard_(heard);
}

bool KernelEvents::any_program_since(NewsCount then, std::int32_t but) const {
  const std::uint64_t since = count_.programs - then.programs;
  if (since > latest_programs_.size()) return true;
  return std::any_of(latest_programs_.end() - static_cast<std::ptrdiff_t>(since), latest_programs_.end(),
                     [but](std::int32_t pid) { return pid != but; });
}

bool KernelEvents::all_tell() const {
  return std::ranges::all_of(sources_, [](const Listening& one) { return one.source->problem().empty(); });
}

std::vector<EventSourceReport> KernelEvents::reports() const {
  std::vector<EventSourceReport> reports;
  for (const Listening& listening : sources_)
    reports.push_back({listening.source->name(), listening.source->problem()});
  return reports;
}

}  // namespace guardd
