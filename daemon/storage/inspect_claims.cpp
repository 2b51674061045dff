// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/os/clock.hpp"
#include "daemon/os/fd.hpp"
#include "daemon/os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_devices = 4096;

bool is_node_of(const struct stat& node, DeviceNumber device) {
  return S_ISBLK(node.st_mode) && major(node.st_rdev) == device.major && minor(node.st_rdev) == device.minor;
}

/// The node in /dev of a device, by the name that sysfs has for the number; sysfs writes '/' as '!'.
Result<std::string> node_of(DeviceNumber device, const HostRoot& root) {
  const std::string number = std::to_string(device.major) + ":" + std::to_string(device.minor);
  const Result<std::string> link = read_link_at(AT_FDCWD, (root.sys + "/dev/block/" + number).c_str());
  if (!link) return link.error();
  std::string name = link->substr(link->rfind('/') + 1);
  std::ranges::replace(name, '!', '/');
  return root.dev + "/" + name;
}

Known<bool> is_claimed(DeviceNumber device, const HostRoot& root) {
  const Result<std::string> path = node_of(device, root);
  if (!path) return Unknown{path.error().message};
  struct stat node {};
  if (::stat(path->c_str(), &node) != 0) return Unknown{os_error(errno, *path).message};
  if (!is_node_of(node, device)) return Unknown{*path + " is not that device's node"};
  // Without O_CREAT, O_EXCL on a block device fails with EBUSY when the device is in use by the system: open(2).
  const Fd fd(::open(path->c_str(), O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == EBUSY) return true;
  if (!fd) return Unknown{os_error(errno, *path).message};
  struct stat opened {};
  if (::fstat(fd.get(), &opened) != 0 || !is_node_of(opened, device)) return Unknown{*path + " changed meanwhile"};
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
