// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/device_node.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_devices = 4096;

/// The name that sysfs has for the number.
Result<std::string> name_of(DeviceNumber device, const HostRoot& root) {
  const std::string number = std::to_string(device.major) + ":" + std::to_string(device.minor);
  const Result<std::string> link = read_link_at(AT_FDCWD, (root.sys + "/dev/block/" + number).c_str());
  if (!link) return link.error();
  return link->substr(link->rfind('/') + 1);
}

Known<bool> is_claimed(DeviceNumber device, const HostRoot& root) {
  const Result<std::string> name = name_of(device, root);
  if (!name) return Unknown{name.error().message};
  // Without O_CREAT, O_EXCL on a block device fails with EBUSY when the device is in use by the system: open(2).
  const Result<Fd> fd = open_device_node(*name, device, O_EXCL, root);
  if (!fd && fd.error().code == "ebusy") return true;
  if (!fd) return Unknown{fd.error().message};
  return false;
}

}  // namespace

ClaimsOutput inspect_claims(const ClaimsInput& input, const HostRoot& root) {
  const std::int64_t began = monotonic_now_us();
  ClaimsOutput output;
  for (const DeviceNumber device : input.devices) {
    if (output.claims.size() == max_devices) break;
    output.claims.push_back({device, is_claimed(device, root)});
  }
  output.reports.push_back(make_report("claims", {}, began));
  return output;
}

}  // namespace guardd
