// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

struct CloseBus {
  // Not sd_bus_flush_close_unref: flushing waits for the peer.
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

inline constexpr const char* systemd_name = "org.freedesktop.systemd1";
inline constexpr const char* systemd_path = "/org/freedesktop/systemd1";
inline constexpr const char* systemd_manager = "org.freedesktop.systemd1.Manager";

/// "STEP: what went wrong", of a negative result of sd-bus(3).
Error bus_error(const char* step, int result);

/// A connection to PID 1's own socket, which works without a bus daemon, for calls that end at `deadline_us` of
/// CLOCK_MONOTONIC. Null on a host that systemd did not boot, sd_booted(3).
Result<Bus> connect_to_systemd(const HostRoot& root, std::int64_t deadline_us);
/// The same to the bus daemon's socket, where the other services of a host are.
Result<Bus> connect_to_system_bus(const HostRoot& root, std::int64_t deadline_us);

}  // namespace guardd
