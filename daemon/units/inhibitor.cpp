// SPDX-License-Identifier: Apache-2.0
#include "daemon/units/inhibitor.hpp"

#include <fcntl.h>

#include <cerrno>
#include <memory>

#include "daemon/storage/system_bus.hpp"
#include "os/clock.hpp"

namespace guardd {

Result<Fd> inhibit_shutdown(const HostRoot& root, const std::string& why, std::chrono::milliseconds patience) {
  const Result<Bus> bus = connect_to_system_bus(root, monotonic_now_us() + patience / std::chrono::microseconds(1));
  if (!bus) return bus.error();
  sd_bus_message* raw = nullptr;
  int result = sd_bus_call_method(bus->get(), "org.freedesktop.login1", "/org/freedesktop/login1",
                                  "org.freedesktop.login1.Manager", "Inhibit", nullptr, &raw, "ssss", "shutdown",
                                  "guardd", why.c_str(), "block");
  const std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)> reply(raw, sd_bus_message_unref);
  if (result < 0) return bus_error("Inhibit", result);
  int lent = -1;  // the message's own
  result = sd_bus_message_read(raw, "h", &lent);
  if (result < 0) return bus_error("no descriptor", result);
  Fd fd(::fcntl(lent, F_DUPFD_CLOEXEC, 3));
  if (!fd) return bus_error("no descriptor", -errno);
  return fd;
}

}  // namespace guardd
