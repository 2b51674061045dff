// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/backing.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <string>

#include "core/locate.hpp"
#include "os/fd.hpp"
#include "procfs/escapes.hpp"

namespace guardd {
namespace {

void add(std::vector<DeviceNumber>& devices, DeviceNumber device) {
  if (std::ranges::find(devices, device) == devices.end()) devices.push_back(device);
}

std::vector<DeviceNumber> by_path(std::string_view path, const std::vector<MountFact>& mounts,
                                  std::uint64_t host_mnt_ns) {
  std::vector<DeviceNumber> devices;
  for (const FsLocation& location : locate(MountIndex(mounts), host_mnt_ns, host_mnt_ns, path))
    add(devices, location.device);
  return devices;
}

}  // namespace

DeviceNumber BackingFile::device() const { return {major(st_dev), minor(st_dev)}; }
DeviceNumber BackingFile::block_device() const { return {major(st_rdev), minor(st_rdev)}; }

std::optional<BackingFile> read_backing_file(const BlockDeviceFact& loop, const HostRoot& root) {
  const std::string path = root.dev + "/" + loop.name;
  struct stat node {};
  // A FIFO or another device under that name must not be opened.
  if (::stat(path.c_str(), &node) != 0 || !S_ISBLK(node.st_mode)) return std::nullopt;
  if (major(node.st_rdev) != loop.device.major || minor(node.st_rdev) != loop.device.minor) return std::nullopt;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  loop_info64 info{};
  if (!fd || ::ioctl(fd.get(), LOOP_GET_STATUS64, &info) != 0) return std::nullopt;
  // The kernel packs the number as its own stat does, which is what major(3) takes for those that fit.
  return BackingFile{info.lo_device, info.lo_inode, info.lo_rdevice};
}

std::vector<DeviceNumber> trace_file(std::string_view path, std::optional<DeviceNumber> st_dev,
                                     const std::vector<MountFact>& mounts, std::uint64_t host_mnt_ns) {
  procfs::strip_deleted(path);
  if (!st_dev) return by_path(path, mounts, host_mnt_ns);
  if (st_dev->major != 0) return {*st_dev};

  std::vector<DeviceNumber> devices;
  const auto mount = std::ranges::find(mounts, *st_dev, &MountFact::device);
  if (mount != mounts.end()) {
    if (mount->fstype != "overlay") return {*st_dev};
    for (const MountFact& layer : mounts) {
      if (layer.device != *st_dev || layer.upperdir.empty()) continue;
      for (const DeviceNumber device : by_path(layer.upperdir, mounts, host_mnt_ns)) add(devices, device);
    }
    return devices;
  }
  const MountFact* named = mount_of(MountIndex(mounts), host_mnt_ns, path);
  if (named != nullptr && named->fstype == "btrfs") return {named->device};
  // An overlay's files have device numbers of their layers, which no mount has.
  if (named != nullptr && named->fstype == "overlay") return by_path(path, mounts, host_mnt_ns);
  return devices;
}

}  // namespace guardd
