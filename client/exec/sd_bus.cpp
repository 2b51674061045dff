// SPDX-License-Identifier: Apache-2.0
#include "client/exec/sd_bus.hpp"

#include <dlfcn.h>

#include <string>

namespace guardd::client {
namespace {

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));  // POSIX, dlopen(3), lets a pointer be both
  return function != nullptr;
}

}  // namespace

Result<SdBus> load_sd_bus() {
  void* const library = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Error{"no_libsystemd", std::string("systemd can't be asked: ") + ::dlerror()};
  SdBus bus;
  const bool found =
      find(library, "sd_bus_open_system", bus.open_system) && find(library, "sd_bus_new", bus.make) &&
      find(library, "sd_bus_set_address", bus.set_address) && find(library, "sd_bus_start", bus.start) &&
      find(library, "sd_bus_is_ready", bus.is_ready) && find(library, "sd_bus_close_unref", bus.close_unref) &&
      find(library, "sd_bus_match_signal_async", bus.match_signal) &&
      find(library, "sd_bus_message_new_method_call", bus.new_method_call) &&
      find(library, "sd_bus_message_append", bus.append) && find(library, "sd_bus_message_read", bus.read) &&
      find(library, "sd_bus_message_unref", bus.message_unref) && find(library, "sd_bus_call", bus.call) &&
      find(library, "sd_bus_process", bus.process) && find(library, "sd_bus_wait", bus.wait) &&
      find(library, "sd_bus_error_free", bus.error_free);
  if (!found) return Error{"no_libsystemd", "systemd can't be asked: libsystemd.so.0 lacks a part of sd-bus(3)"};
  return bus;
}

}  // namespace guardd::client
