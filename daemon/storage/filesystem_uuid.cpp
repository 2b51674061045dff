// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/filesystem_uuid.hpp"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t uuid_bytes = 16;

/// struct fsuuid2 and FS_IOC_GETFSUUID, include/uapi/linux/fs.h of Linux 6.9.
struct GenericUuid {
  std::uint8_t length;
  std::array<std::uint8_t, uuid_bytes> uuid;
};
constexpr unsigned long get_uuid = _IOR(0x15, 0, GenericUuid);

std::string to_text(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  bool is_null = true;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] / 16];
    text += digits[bytes[i] % 16];
    is_null = is_null && bytes[i] == 0;
  }
  return is_null ? "" : text;
}

/// ZFS_SUPER_MAGIC, include/sys/zfs_vfsops_os.h of OpenZFS. It has no UUID; f_fsid is one that stays with the dataset
/// and that a clone does not share (zfs_statvfs(), dmu_objset_fsid_guid()).
constexpr unsigned long zfs_magic = 0x2fc12fc1;

std::string zfs_identity(int fd) {
  struct statfs status {};
  if (::fstatfs(fd, &status) != 0 || static_cast<unsigned long>(status.f_type) != zfs_magic) return "";
  std::array<std::uint8_t, sizeof(status.f_fsid)> bytes{};
  std::memcpy(bytes.data(), &status.f_fsid, bytes.size());
  return to_text(bytes);
}

std::string ask_filesystem(int fd) {
  GenericUuid generic{};
  if (::ioctl(fd, get_uuid, &generic) == 0 && generic.length == uuid_bytes) return to_text(generic.uuid);
  btrfs_ioctl_fs_info_args btrfs{};
  if (::ioctl(fd, BTRFS_IOC_FS_INFO, &btrfs) == 0) return to_text(btrfs.fsid);
  return zfs_identity(fd);
}

/// The /dev node of a number, by the kernel's name for it: a udev link need not be there.
std::string node_of(DeviceNumber device, const HostRoot& root) {
  const std::string link = root.sys + "/dev/block/" + std::to_string(device.major) + ":" + std::to_string(device.minor);
  const Result<std::string> place = read_link_at(AT_FDCWD, link.c_str());
  return place ? root.dev + place->substr(place->rfind('/')) : "";
}

std::string read_superblock(DeviceNumber device, const HostRoot& root) {
  const std::string node = node_of(device, root);
  if (node.empty()) return "";
  const Fd fd(::open(node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const std::unique_ptr<blkid_struct_probe, decltype(&::blkid_free_probe)> probe(::blkid_new_probe(),
                                                                                 ::blkid_free_probe);
  if (!fd || !probe || ::blkid_probe_set_device(probe.get(), fd.get(), 0, 0) != 0) return "";
  ::blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_UUID);
  if (::blkid_do_safeprobe(probe.get()) != 0) return "";
  const char* uuid = nullptr;
  return ::blkid_probe_lookup_value(probe.get(), "UUID", &uuid, nullptr) == 0 ? uuid : "";
}

}  // namespace

std::string filesystem_uuid(int fd, DeviceNumber device, const HostRoot& root) {
  std::string uuid = ask_filesystem(fd);
  return uuid.empty() && device.major != 0 ? read_superblock(device, root) : uuid;
}

}  // namespace guardd
