// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/kernel_events/source.hpp"
#include "os/fd.hpp"

namespace guardd {

/// Processes whose end is waited for; of more, the end shows in the next look.
inline constexpr std::size_t max_followed = 256;

/// Tells of the end of the processes that the last look saw with data, by pidfd_open(2): a database that stopped.
class ProcessEnds final : public EventSource {
 public:
  ProcessEnds();

  [[nodiscard]] const char* name() const override { return "ends"; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  [[nodiscard]] int descriptor() const override { return together_.get(); }
  void drain(Heard& heard) override;
  void prove(Heard&) override {}

  /// From now on these, and no others. One that is not there any more has ended since it was seen: the next drain says
  /// so.
  void follow(const std::vector<std::int32_t>& pids) override;

 private:
  Fd together_;                      ///< epoll(7) of all of them
  std::map<std::int32_t, Fd> ends_;  ///< by pid; an ended process's is none
  std::string problem_;
  bool missed_ = false;
};

}  // namespace guardd
