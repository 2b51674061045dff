// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/device_events.hpp"

#include <libudev.h>

#include <cerrno>
#include <cstdlib>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr int uevent_buffer_bytes = 1024 * 1024;

}  // namespace

void DeviceEvents::open() {
  problem_.clear();
  library_ = {::udev_new(), ::udev_unref};
  monitor_ = {library_ ? ::udev_monitor_new_from_netlink(library_.get(), "kernel") : nullptr, ::udev_monitor_unref};
  int failed = monitor_ ? ::udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "block", nullptr) : -errno;
  if (failed >= 0) failed = ::udev_monitor_enable_receiving(monitor_.get());
  if (failed >= 0) {
    (void)::udev_monitor_set_receive_buffer_size(monitor_.get(), uevent_buffer_bytes);
    return;
  }
  problem_ = os_error(std::abs(failed), "the kernel's device events").message;
  monitor_.reset();
}

int DeviceEvents::descriptor() const { return monitor_ ? ::udev_monitor_get_fd(monitor_.get()) : -1; }

void DeviceEvents::drain(Heard& heard) {
  if (!monitor_) return;
  for (std::size_t taken = 0; taken < max_drained; ++taken) {
    errno = 0;
    udev_device* const device = ::udev_monitor_receive_device(monitor_.get());
    if (device != nullptr) {
      heard.changed = true;
      ::udev_device_unref(device);
      continue;
    }
    // Nothing also means a message that the filter dropped: then there may be another one behind it.
    if (errno == ENOBUFS) heard.lost = true;
    if (errno == EAGAIN || errno == 0) return;
  }
  heard.lost = true;
}

void DeviceEvents::prove(Heard& heard) {
  if (monitor_) return;
  open();
  if (monitor_) heard.lost = true;
}

}  // namespace guardd
