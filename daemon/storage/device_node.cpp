// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/device_node.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "os/read.hpp"

namespace guardd {
namespace {

bool is_node_of(const struct stat& node, DeviceNumber device) {
  return S_ISBLK(node.st_mode) && major(node.st_rdev) == device.major && minor(node.st_rdev) == device.minor;
}

}  // namespace

Result<Fd> open_device_node(std::string name, DeviceNumber device, int flags, const HostRoot& root) {
  std::ranges::replace(name, '!', '/');
  const std::string path = root.dev + "/" + name;
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0) return os_error(errno, path);
  if (!is_node_of(node, device)) return Error{"bad_node", path + " is not that device's node"};
  Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags));
  if (!fd) return os_error(errno, path);
  struct stat opened {};
  if (::fstat(fd.get(), &opened) != 0 || !is_node_of(opened, device)) {
    return Error{"bad_node", path + " changed meanwhile"};
  }
  return fd;
}

}  // namespace guardd
