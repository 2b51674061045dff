// SPDX-License-Identifier: Apache-2.0
#include "client/exec/supervise.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>

#include "client/members.hpp"
#include "client/output.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds time_to_end{10};
/// A process that SIGKILL does not end hangs in the kernel: nothing is waited for longer.
constexpr std::chrono::seconds time_to_die{5};
/// Nothing tells that a cgroup is empty; this is only waited for once it was told to end.
constexpr std::chrono::milliseconds empty_pause{50};

class Supervision {
 public:
  Supervision(Child& child, const CommandCgroup& cgroup, const PassedSignals& signals, PermitEvents& events,
              const std::string& id, bool stop_on_revoke)
      : child_(child), cgroup_(cgroup), signals_(signals), events_(events), id_(id), stop_on_revoke_(stop_on_revoke) {}

  Course run() {
    child_.go();
    for (;;) {
      if (!ended_) ended_ = child_.reap();
      // What was told before its end counts, too.
      for (const json& permit : events_.take()) look_at(permit);
      stop_further();
      if (ended_ && !is_still_stopping()) return {*ended_, lapsed_};
      wait();
      while (const auto signal = signals_.next()) {
        if (signal->is_for_command) child_.send(signal->number);
      }
    }
  }

 private:
  [[nodiscard]] bool is_still_stopping() const {
    return stopped_ && cgroup_.lives() && Clock::now() < *stopped_ + time_to_end + time_to_die;
  }

  void look_at(const json& permit) {
    const std::string state = shown_text(permit, "state");
    if (!lapsed_.empty() || (state != "revoked" && state != "expired")) return;
    lapsed_ = shown_text(permit, "lapsed");
    if (lapsed_.empty()) lapsed_ = "it is " + state;
    write_error("guardctl: permit " + id_ + " is " + state + ": " + lapsed_ + ". " + what_now(state) + "\n");
    if (state == "revoked" && stop_on_revoke_) {
      stopped_ = Clock::now();
      cgroup_.terminate();
    }
  }

  [[nodiscard]] std::string what_now(const std::string& state) const {
    if (state == "expired")
      return "What was seen when it was given may not hold any more; the command goes on. Next time ask with a longer "
             "--valid";
    if (stop_on_revoke_) return "The command is told to end (SIGTERM), and is killed in 10 s";
    return "What the command is at may be in use again, and it goes on. Look at once, and end it unless you know "
           "better; --stop-on-revoke does so by itself";
  }

  void stop_further() {
    if (!stopped_ || killed_ || Clock::now() < *stopped_ + time_to_end) return;
    killed_ = true;
    write_error("guardctl: the command of permit " + id_ + " has not ended in 10 s, and is killed\n");
    cgroup_.kill();
  }

  void wait() const {
    Clock::time_point until = events_.due();
    if (stopped_) until = std::min(until, Clock::now() + empty_pause);
    const Deadline deadline(until - Clock::now());
    std::array waiting{pollfd{.fd = signals_.descriptor(), .events = POLLIN, .revents = 0},
                       pollfd{.fd = events_.descriptor(), .events = POLLIN, .revents = 0}};
    ::poll(waiting.data(), waiting.size(), deadline.poll_ms());
  }

  Child& child_;
  const CommandCgroup& cgroup_;
  const PassedSignals& signals_;
  PermitEvents& events_;
  const std::string& id_;
  bool stop_on_revoke_;
  std::optional<Ended> ended_;
  std::string lapsed_;
  std::optional<Clock::time_point> stopped_;
  bool killed_ = false;
};

}  // namespace

Course supervise(Child& child, const CommandCgroup& cgroup, const PassedSignals& signals, PermitEvents& events,
                 const std::string& id, bool stop_on_revoke) {
  return Supervision(child, cgroup, signals, events, id, stop_on_revoke).run();
}

}  // namespace guardd::client
