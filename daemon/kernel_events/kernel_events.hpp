// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "core/facts.hpp"
#include "daemon/kernel_events/news.hpp"
#include "daemon/kernel_events/source.hpp"

namespace guardd {

/// All sources together. They hasten looks and shorten what is answered without one: nothing rests on their silence but
/// that an answer is used again for as long as policy would let it be used anyway. One loop's alone.
class KernelEvents {
 public:
  using OnHeard = std::function<void(const Heard&)>;
  /// A source wakes the loop `wake_ups_per_s` times a second at most; what comes meanwhile is taken together.
  KernelEvents(boost::asio::any_io_executor executor, std::vector<std::unique_ptr<EventSource>> sources,
               int wake_ups_per_s);

  /// Calls `on_heard` whenever something was heard, from within the loop or from drain().
  void start(OnHeard on_heard);
  /// Takes what the kernel has told up to this call.
  void drain();
  /// From now on the ends of these processes are told, and of no others.
  void follow(const std::vector<std::int32_t>& pids);
  /// Proves each source, where that can be done, and opens those anew that do not tell.
  void prove();

  [[nodiscard]] NewsCount count() const { return count_; }
  /// Whether a process other than `but` has run another program since then; its name set anew counts too.
  [[nodiscard]] bool any_program_since(NewsCount then, std::int32_t but) const;
  /// Whether every source tells.
  [[nodiscard]] bool all_tell() const;
  [[nodiscard]] std::vector<EventSourceReport> reports() const;

 private:
  struct Listening {
    std::unique_ptr<EventSource> source;
    int descriptor = -1;  ///< the source's, of which the next is a copy
    std::unique_ptr<boost::asio::posix::stream_descriptor> waiting;
    std::unique_ptr<boost::asio::steady_timer> pause;
  };
  void wait_on(Listening& listening);
  void rest_and_wait(Listening& listening);
  void take(const Heard& heard);

  boost::asio::any_io_executor executor_;
  std::chrono::microseconds rest_;  ///< between two wake-ups by one source
  std::vector<Listening> sources_;
  OnHeard on_heard_;
  NewsCount count_;
  std::deque<std::int32_t> latest_programs_;
};

}  // namespace guardd
