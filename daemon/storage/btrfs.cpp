// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/btrfs.hpp"

#include <algorithm>
#include <set>

#include "daemon/inspect/report.hpp"
#include "daemon/storage/block_devices.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_filesystems = 4096;
constexpr std::size_t max_members = 4096;
constexpr std::size_t uuid_length = 36;

const BtrfsMembers* find_by_member(const std::vector<BtrfsMembers>& all, const std::string& name) {
  const auto has_it = [&](const BtrfsMembers& one) { return std::ranges::find(one.names, name) != one.names.end(); };
  const auto found = std::ranges::find_if(all, has_it);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::vector<BtrfsMembers> read_btrfs_members(const HostRoot& root, std::vector<std::string>& problems) {
  std::vector<BtrfsMembers> all;
  const std::string directory = root.sys + "/fs/btrfs";
  const Result<std::vector<std::string>> uuids = list_names(directory, max_filesystems);
  if (!uuids) {
    if (uuids.error().code != "enoent") add_problem(problems, uuids.error().message);
    return all;
  }
  for (const std::string& uuid : *uuids) {
    if (uuid.size() != uuid_length) continue;  // "features" and the like
    Result<std::vector<std::string>> names =
        list_names(std::string(directory).append("/").append(uuid).append("/devices"), max_members);
    if (names) {
      all.push_back({uuid, std::move(names).value()});
    } else if (names.error().code != "enoent") {
      add_problem(problems, names.error().message);
    }
  }
  return all;
}

std::vector<BlockDeviceFact> btrfs_devices(const std::vector<MountFact>& mounts,
                                           const std::vector<BtrfsMembers>& members,
                                           const std::function<std::string(const std::string&)>& kernel_name) {
  std::vector<BlockDeviceFact> devices;
  std::set<DeviceNumber> seen;
  for (const MountFact& mount : mounts) {
    if (mount.fstype != "btrfs" || seen.contains(mount.device)) continue;
    const BtrfsMembers* found = find_by_member(members, kernel_name(mount.source));
    // A root mounted without an initramfs may be called /dev/root. Every mounted btrfs has its directory there, so
    // where there is one alone, it is this.
    if (found == nullptr && members.size() == 1) found = &members.front();
    if (found == nullptr || found->names.empty()) continue;
    seen.insert(mount.device);
    BlockDeviceFact device;
    device.name = "btrfs:" + found->uuid;
    device.device = mount.device;
    device.slaves = found->names;
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace guardd
