// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/process_ends.hpp"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "os/read.hpp"

namespace guardd {

ProcessEnds::ProcessEnds() : together_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!together_) problem_ = os_error(errno, "epoll_create1").message;
}

void ProcessEnds::follow(const std::vector<std::int32_t>& pids) {
  if (!together_) return;
  std::erase_if(ends_, [&](const auto& end) { return std::ranges::find(pids, end.first) == pids.end(); });
  problem_.clear();
  for (const std::int32_t pid : pids) {
    Fd& known = ends_[pid];
    if (known) continue;
    if (ends_.size() > max_followed) {
      ends_.erase(pid);
      problem_ = "more processes have data than are followed";
      return;
    }
    Fd end(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = pid;
    if (!end && errno == ESRCH) {
      missed_ = true;
    } else if (!end || ::epoll_ctl(together_.get(), EPOLL_CTL_ADD, end.get(), &event) != 0) {
      problem_ = os_error(errno, "process " + std::to_string(pid)).message;
      return;
    }
    known = std::move(end);
  }
}

void ProcessEnds::drain(Heard& heard) {
  if (!together_) return;
  std::array<epoll_event, max_followed> events{};
  const int got = ::epoll_wait(together_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < got; ++i) ends_[events[static_cast<std::size_t>(i)].data.fd].reset();
  if (got > 0 || missed_) heard.changed = true;
  missed_ = false;
}

}  // namespace guardd
