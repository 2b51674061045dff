// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/fs_class.hpp"

#include <algorithm>
#include <array>

namespace guardd {
namespace {

using Name = std::string_view;

constexpr std::array<Name, 4> anonymous{"bcachefs", "btrfs", "ubifs", "zfs"};
constexpr std::array<Name, 5> stacked{"aufs", "ecryptfs", "overlay", "shiftfs", "unionfs"};
constexpr std::array<Name, 4> memory{"devtmpfs", "ramfs", "rootfs", "tmpfs"};
constexpr std::array<Name, 5> image{"cramfs", "erofs", "iso9660", "romfs", "squashfs"};
constexpr std::array<Name, 43> pseudo{
    "bdev",        "binder",      "binfmt_misc", "bpf",       "cgroup",  "cgroup2",  "configfs",   "cpuset",
    "dax",         "debugfs",     "devpts",      "dlmfs",     "drm",     "efivarfs", "functionfs", "fusectl",
    "gadgetfs",    "guest_memfd", "hugetlbfs",   "mqueue",    "nfsd",    "none",     "nsfs",       "nullfs",
    "ocfs2_dlmfs", "openpromfs",  "oprofilefs",  "pidfs",     "pipefs",  "proc",     "pstore",     "resctrl",
    "rpc_pipefs",  "s390_hypfs",  "securityfs",  "selinuxfs", "smackfs", "sockfs",   "spufs",      "sysfs",
    "tracefs",     "usbfs",       "xenfs"};
constexpr std::array<Name, 26> remote{"9p",    "acfs",      "afs",      "beegfs", "ceph",    "cifs",  "coda",
                                      "davfs", "glusterfs", "gpfs",     "lustre", "ncp",     "ncpfs", "nfs",
                                      "nfs4",  "orangefs",  "prl_fs",   "pvfs2",  "quobyte", "smb2",  "smb3",
                                      "smbfs", "vboxsf",    "virtiofs", "vmhgfs", "wekafs"};
constexpr std::array<Name, 3> cluster{"gfs", "gfs2", "ocfs2"};

template <std::size_t Size>
bool among(const std::array<Name, Size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

FsClass classify_filesystem(std::string_view fstype, DeviceNumber device) {
  if (fstype == "fuseblk" || fstype.starts_with("fuseblk.")) return FsClass::fuse_block;
  if (fstype == "fuse" || fstype.starts_with("fuse.")) return FsClass::fuse;
  if (fstype == "autofs") return FsClass::autofs;
  if (among(stacked, fstype)) return FsClass::overlay;
  if (among(anonymous, fstype)) return FsClass::anonymous;
  if (among(memory, fstype)) return FsClass::memory;
  if (among(image, fstype)) return FsClass::image;
  if (among(pseudo, fstype)) return FsClass::pseudo;
  if (among(remote, fstype)) return FsClass::remote;
  if (among(cluster, fstype)) return FsClass::cluster;
  return device.major != 0 ? FsClass::block : FsClass::unknown;
}

bool is_walkable(FsClass fs_class) {
  return fs_class == FsClass::block || fs_class == FsClass::anonymous || fs_class == FsClass::overlay ||
         fs_class == FsClass::memory || fs_class == FsClass::image;
}

bool is_durable(FsClass fs_class) {
  return fs_class == FsClass::block || fs_class == FsClass::anonymous || fs_class == FsClass::fuse_block ||
         fs_class == FsClass::cluster || fs_class == FsClass::unknown;
}

}  // namespace guardd
