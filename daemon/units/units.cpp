// SPDX-License-Identifier: Apache-2.0
#include "daemon/units/units.hpp"

#include <cstdlib>
#include <memory>

#include "daemon/storage/system_bus.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

struct Unref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

Result<std::string> active_state(sd_bus* bus, const std::string& unit) {
  sd_bus_message* raw = nullptr;
  // Not GetUnit, which knows no unit that systemd has no use for at the moment: one that was stopped is such a one.
  int result = sd_bus_call_method(bus, systemd_name, systemd_path, systemd_manager, "LoadUnit", nullptr, &raw, "s",
                                  unit.c_str());
  const Message reply(raw);
  if (result < 0) return bus_error("LoadUnit", result);
  const char* path = nullptr;
  result = sd_bus_message_read(raw, "o", &path);
  if (result < 0) return bus_error("no unit's path", result);
  char* text = nullptr;
  result = sd_bus_get_property_string(bus, systemd_name, path, "org.freedesktop.systemd1.Unit", "ActiveState", nullptr,
                                      &text);
  if (result < 0) return bus_error("no ActiveState", result);
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  return std::string(text);
}

std::string start(sd_bus* bus, const std::string& unit) {
  // Beyond its start limit it would not be started.
  (void)sd_bus_call_method(bus, systemd_name, systemd_path, systemd_manager, "ResetFailedUnit", nullptr, nullptr, "s",
                           unit.c_str());
  const int result = sd_bus_call_method(bus, systemd_name, systemd_path, systemd_manager, "StartUnit", nullptr, nullptr,
                                        "ss", unit.c_str(), "replace");
  return result < 0 ? bus_error("StartUnit", result).message : "";
}

template <typename Act>
UnitsOutput for_each_unit(const UnitsInput& input, const HostRoot& root, Act act) {
  const Result<Bus> bus = connect_to_systemd(root, monotonic_now_us() + input.timeout_ms * 1000);
  UnitsOutput output;
  for (const std::string& unit : input.units) {
    UnitState state{.unit = unit, .active = {}, .problem = {}};
    if (!bus || !*bus) {
      state.problem = bus ? "this host has no systemd" : bus.error().message;
    } else if (Result<std::string> active = active_state(bus->get(), unit)) {
      state.active = std::move(*active);
      act(bus->get(), state);
    } else {
      state.problem = active.error().message;
    }
    output.units.push_back(std::move(state));
  }
  return output;
}

}  // namespace

UnitsOutput read_unit_states(const UnitsInput& input, const HostRoot& root) {
  return for_each_unit(input, root, [](sd_bus*, UnitState&) {});
}

UnitsOutput start_failed_units(const UnitsInput& input, const HostRoot& root) {
  return for_each_unit(input, root, [](sd_bus* bus, UnitState& state) {
    if (state.active == "failed") state.problem = start(bus, state.unit);
  });
}

}  // namespace guardd
