// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/system_state.hpp"

#include <sys/stat.h>
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "os/clock.hpp"

namespace guardd {
namespace {

struct CloseBus {
  // Not sd_bus_flush_close_unref: flushing waits for the peer.
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

Unknown because(const char* step, int result) {
  return Unknown{std::string("systemd's state: ") + step + ": " + strerrordesc_np(-result)};
}

/// sd_bus_call() would wait for the connection to be set up for 90 s, whatever the call's timeout.
int wait_until_ready(sd_bus* bus, std::int64_t deadline_us) {
  while (true) {
    const int ready = sd_bus_is_ready(bus);
    if (ready != 0) return ready;
    const int processed = sd_bus_process(bus, nullptr);
    if (processed < 0) return processed;
    if (processed > 0) continue;
    const std::int64_t left = deadline_us - monotonic_now_us();
    if (left <= 0) return -ETIMEDOUT;
    const int waited = sd_bus_wait(bus, static_cast<std::uint64_t>(left));
    if (waited < 0) return waited;
  }
}

}  // namespace

Known<std::string> read_system_state(const HostRoot& root, std::int64_t timeout_us) {
  struct stat status {};
  if (::lstat((root.run + "/systemd/system").c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::string("none");
    return because("/run/systemd/system", -errno);
  }
  const std::int64_t deadline_us = monotonic_now_us() + timeout_us;
  sd_bus* raw = nullptr;
  int result = sd_bus_new(&raw);
  if (result < 0) return because("no bus object", result);
  const Bus bus(raw);
  result = sd_bus_set_address(raw, ("unix:path=" + root.run + "/systemd/private").c_str());
  if (result >= 0) result = sd_bus_start(raw);
  if (result >= 0) result = wait_until_ready(raw, deadline_us);
  if (result < 0) return because("can't connect", result);

  const std::int64_t left = deadline_us - monotonic_now_us();
  sd_bus_set_method_call_timeout(raw, left > 0 ? static_cast<std::uint64_t>(left) : 1);
  char* text = nullptr;
  result = sd_bus_get_property_string(raw, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                      "org.freedesktop.systemd1.Manager", "SystemState", nullptr, &text);
  if (result < 0) return because("no answer", result);
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return std::string(text);
}

}  // namespace guardd
