// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/system_state.hpp"

#include <cstdlib>
#include <memory>

#include "daemon/storage/system_bus.hpp"
#include "os/clock.hpp"

namespace guardd {

Known<std::string> read_system_state(const HostRoot& root, std::int64_t timeout_us) {
  const auto because = [](const Error& error) { return Unknown{"systemd's state: " + error.message}; };
  const Result<Bus> bus = connect_to_systemd(root, monotonic_now_us() + timeout_us);
  if (!bus) return because(bus.error());
  if (!*bus) return std::string("none");
  char* text = nullptr;
  const int result = sd_bus_get_property_string(bus->get(), systemd_name, systemd_path, systemd_manager, "SystemState",
                                                nullptr, &text);
  if (result < 0) return because(bus_error("no answer", result));
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return std::string(text);
}

}  // namespace guardd
