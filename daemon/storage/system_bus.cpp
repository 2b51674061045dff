// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/system_bus.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

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

/// `is_daemon`: there is a bus daemon at the other end, to which a client says hello before it is let in.
Result<Bus> connect(const std::string& address, bool is_daemon, std::int64_t deadline_us) {
  sd_bus* raw = nullptr;
  int result = sd_bus_new(&raw);
  if (result < 0) return bus_error("no bus object", result);
  Bus bus(raw);
  result = sd_bus_set_address(raw, address.c_str());
  if (result >= 0 && is_daemon) result = sd_bus_set_bus_client(raw, 1);
  if (result >= 0) result = sd_bus_start(raw);
  if (result >= 0) result = wait_until_ready(raw, deadline_us);
  if (result < 0) return bus_error("can't connect", result);
  const std::int64_t left = std::max<std::int64_t>(deadline_us - monotonic_now_us(), 1);
  sd_bus_set_method_call_timeout(raw, static_cast<std::uint64_t>(left));
  return bus;
}

}  // namespace

Error bus_error(const char* step, int result) {
  return {"systemd", std::string(step) + ": " + strerrordesc_np(-result)};
}

Result<Bus> connect_to_systemd(const HostRoot& root, std::int64_t deadline_us) {
  struct stat status {};
  if (::lstat((root.run + "/systemd/system").c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Bus();
    return bus_error("/run/systemd/system", -errno);
  }
  return connect("unix:path=" + root.run + "/systemd/private", false, deadline_us);
}

Result<Bus> connect_to_system_bus(const HostRoot& root, std::int64_t deadline_us) {
  return connect("unix:path=" + root.run + "/dbus/system_bus_socket", true, deadline_us);
}

}  // namespace guardd
