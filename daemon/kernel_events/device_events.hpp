// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "daemon/kernel_events/source.hpp"

struct udev;
struct udev_monitor;

namespace guardd {

/// Tells of block devices that come, go or change, as the kernel says it and not udevd, which may not run: libudev(3).
class DeviceEvents final : public EventSource {
 public:
  DeviceEvents() { open(); }

  [[nodiscard]] const char* name() const override { return "devices"; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  [[nodiscard]] int descriptor() const override;
  void drain(Heard& heard) override;
  void prove(Heard& heard) override;

 private:
  void open();

  std::unique_ptr<udev, udev* (*)(udev*)> library_{nullptr, nullptr};
  std::unique_ptr<udev_monitor, udev_monitor* (*)(udev_monitor*)> monitor_{nullptr, nullptr};
  std::string problem_;
};

}  // namespace guardd
