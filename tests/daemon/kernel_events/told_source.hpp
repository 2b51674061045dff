// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "daemon/kernel_events/source.hpp"
#include "os/fd.hpp"

namespace guardd::test {

/// Tells what the test has it tell.
class ToldSource final : public EventSource {
 public:
  [[nodiscard]] const char* name() const override { return "told"; }
  [[nodiscard]] std::string problem() const override { return why; }
  [[nodiscard]] int descriptor() const override { return event.get(); }
  void drain(Heard& heard) override {
    ++drained;
    std::uint64_t count = 0;
    (void)!::read(event.get(), &count, sizeof(count));
    heard.programs.insert(heard.programs.end(), next.programs.begin(), next.programs.end());
    heard.changed = heard.changed || next.changed;
    heard.lost = heard.lost || next.lost;
    next = {};
  }
  void prove(Heard&) override { why.clear(); }
  void follow(const std::vector<std::int32_t>& pids) override { followed = pids; }

  void tell(Heard what) {
    next = std::move(what);
    (void)::eventfd_write(event.get(), 1);
  }

  Fd event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Heard next;
  std::string why;
  std::vector<std::int32_t> followed;
  int drained = 0;
};

}  // namespace guardd::test
