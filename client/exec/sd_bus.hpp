// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemd/sd-bus.h>

#include "core/result.hpp"

namespace guardd::client {

/// What is used here of sd-bus(3). Loaded when it is wanted, as systemd's own tools load what few of their runs need:
/// linking libsystemd would cost every check 1.5 ms (200 runs of an empty program: 0.37 s without it, 0.68 s with it).
struct SdBus {
  decltype(&::sd_bus_open_system) open_system = nullptr;
  decltype(&::sd_bus_new) make = nullptr;
  decltype(&::sd_bus_set_address) set_address = nullptr;
  decltype(&::sd_bus_start) start = nullptr;
  decltype(&::sd_bus_is_ready) is_ready = nullptr;
  decltype(&::sd_bus_close_unref) close_unref = nullptr;
  decltype(&::sd_bus_match_signal_async) match_signal = nullptr;
  decltype(&::sd_bus_message_new_method_call) new_method_call = nullptr;
  decltype(&::sd_bus_message_append) append = nullptr;
  decltype(&::sd_bus_message_read) read = nullptr;
  decltype(&::sd_bus_message_unref) message_unref = nullptr;
  decltype(&::sd_bus_call) call = nullptr;
  decltype(&::sd_bus_process) process = nullptr;
  decltype(&::sd_bus_wait) wait = nullptr;
  decltype(&::sd_bus_error_free) error_free = nullptr;
};

/// Error "no_libsystemd". What is loaded stays.
Result<SdBus> load_sd_bus();

}  // namespace guardd::client
