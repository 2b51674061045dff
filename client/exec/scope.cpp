// SPDX-License-Identifier: Apache-2.0
#include "client/exec/scope.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "client/exec/sd_bus.hpp"

namespace guardd::client {
namespace {

constexpr const char* systemd = "org.freedesktop.systemd1";
constexpr const char* systemd_path = "/org/freedesktop/systemd1";
constexpr const char* manager = "org.freedesktop.systemd1.Manager";

Error no_scope(const std::string& why) { return {"no_scope", "systemd gave the command no scope of its own: " + why}; }
Error no_scope(int result) { return no_scope(std::string(::strerror(-result))); }

/// One question to systemd; what it opened is closed with it.
class ScopeRequest {
 public:
  ScopeRequest(const SdBus& api, const Deadline& deadline) : api_(api), deadline_(deadline) {}
  ScopeRequest(const ScopeRequest&) = delete;
  ScopeRequest& operator=(const ScopeRequest&) = delete;
  ~ScopeRequest() {
    api_.message_unref(reply_);
    api_.message_unref(message_);
    api_.close_unref(bus_);
  }

  Result<bool> start(const std::string& unit, const std::string& description, pid_t pid) {
    if (const int opened = open(); opened < 0) return no_scope(opened);
    if (Result<bool> ready = greet(); !ready) return ready;
    // Before the question: its job may be done before the answer is read.
    if (const int matched = api_.match_signal(bus_, nullptr, is_private_ ? nullptr : systemd, systemd_path, manager,
                                              "JobRemoved", on_removed, nullptr, this);
        matched < 0)
      return no_scope(matched);
    const Result<std::string> job = enqueue(unit, description, pid);
    return job ? wait_for(*job) : job.error();
  }

 private:
  /// The system bus; where there is none, PID 1's own socket, which is root's.
  int open() {
    const int opened = api_.open_system(&bus_);
    if (opened >= 0) return opened;
    int result = api_.make(&bus_);
    if (result >= 0) result = api_.set_address(bus_, "unix:path=/run/systemd/private");
    if (result >= 0) result = api_.start(bus_);
    is_private_ = true;
    return result < 0 ? opened : result;
  }

  static int on_removed(sd_bus_message* message, void* self, sd_bus_error*) {
    auto& request = *static_cast<ScopeRequest*>(self);
    std::uint32_t id = 0;
    const char* job = nullptr;
    const char* unit = nullptr;
    const char* result = nullptr;
    if (request.api_.read(message, "uoss", &id, &job, &unit, &result) >= 0) request.removed_.emplace_back(job, result);
    return 0;
  }

  /// sd_bus_call(3) would wait for a mute bus's greeting for as long as it likes.
  Result<bool> greet() {
    for (;;) {
      const int ready = api_.is_ready(bus_);
      if (ready != 0) return ready > 0 ? Result<bool>(true) : no_scope(ready);
      if (Result<bool> gone_on = go_on(); !gone_on) return gone_on;
    }
  }

  /// Takes what the bus has to say, or waits for it.
  Result<bool> go_on() {
    if (deadline_.over()) return no_scope("not in time");
    int result = api_.process(bus_, nullptr);
    if (result == 0) result = api_.wait(bus_, left_us());
    if (result < 0 && result != -EINTR) return no_scope(result);
    return true;
  }

  Result<std::string> enqueue(const std::string& unit, const std::string& description, pid_t pid) {
    int result = api_.new_method_call(bus_, &message_, systemd, systemd_path, manager, "StartTransientUnit");
    if (result < 0) return no_scope(result);
    result = api_.append(message_, "ssa(sv)a(sa(sv))", unit.c_str(), "fail", 3, "Description", "s", description.c_str(),
                         "CollectMode", "s", "inactive-or-failed", "PIDs", "au", 1, static_cast<std::uint32_t>(pid), 0);
    if (result < 0) return no_scope(result);
    sd_bus_error error{};  // SD_BUS_ERROR_NULL, which is C
    result = api_.call(bus_, message_, left_us(), &error, &reply_);
    const std::string why = error.message != nullptr ? error.message : ::strerror(-result);
    api_.error_free(&error);
    if (result < 0) return no_scope(why);
    const char* job = nullptr;
    result = api_.read(reply_, "o", &job);
    if (result < 0) return no_scope(result);
    return std::string(job);
  }

  Result<bool> wait_for(const std::string& job) {
    for (;;) {
      const auto found = std::ranges::find(removed_, job, &std::pair<std::string, std::string>::first);
      if (found != removed_.end())
        return found->second == "done" ? Result<bool>(true) : no_scope("its job ended as " + found->second);
      if (Result<bool> gone_on = go_on(); !gone_on) return gone_on;
    }
  }

  /// At least one: 0 is "the default timeout" to sd_bus_call(3).
  [[nodiscard]] std::uint64_t left_us() const {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline_.left()).count();
    return static_cast<std::uint64_t>(std::max<decltype(left)>(left, 1));
  }

  const SdBus& api_;
  const Deadline& deadline_;
  sd_bus* bus_ = nullptr;
  bool is_private_ = false;
  sd_bus_message* message_ = nullptr;
  sd_bus_message* reply_ = nullptr;
  std::vector<std::pair<std::string, std::string>> removed_;  // a job's path, and how it ended
};

}  // namespace

Result<bool> start_scope(const std::string& unit, const std::string& description, pid_t pid, const Deadline& deadline) {
  const Result<SdBus> api = load_sd_bus();
  if (!api) return api.error();
  return ScopeRequest(*api, deadline).start(unit, description, pid);
}

}  // namespace guardd::client
