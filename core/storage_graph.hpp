// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// The block devices of a host and what stands on what. Pure over facts, which it copies.
class StorageGraph {
 public:
  /// `mounts` tell which device numbers are filesystems in memory: what stands on one stands on no disk.
  explicit StorageGraph(const std::vector<BlockDeviceFact>& devices, const std::vector<MountFact>& mounts = {});

  /// A device and all that it stands on.
  struct Ancestry {
    std::vector<DeviceNumber> devices;  ///< the device first, then its parents, breadth first
    bool traceable = true;              ///< false when some part of it is not known
  };
  /// Through a partition's disk, dm, md and btrfs members, and the disk under a loop device's file.
  [[nodiscard]] Ancestry ancestors(DeviceNumber device) const;

  /// The device and all that stands on it, loop devices over files on it included.
  [[nodiscard]] std::vector<DeviceNumber> descendants(DeviceNumber device) const;

  /// What stands on the device itself: partitions, dm, md and btrfs, loop devices over it or over files on it.
  [[nodiscard]] std::vector<const BlockDeviceFact*> children(DeviceNumber device) const;

  /// Whether the number is a tmpfs's or ramfs's.
  [[nodiscard]] bool is_memory(DeviceNumber device) const { return memory_.contains(device); }
  [[nodiscard]] const BlockDeviceFact* find(DeviceNumber device) const;
  [[nodiscard]] const BlockDeviceFact* find(std::string_view name) const;
  [[nodiscard]] const std::vector<BlockDeviceFact>& devices() const { return devices_; }

 private:
  struct Parents {
    std::vector<DeviceNumber> devices;
    bool complete = true;
  };
  [[nodiscard]] Parents parents(const BlockDeviceFact& device) const;

  std::vector<BlockDeviceFact> devices_;
  std::set<DeviceNumber> memory_;
  std::map<DeviceNumber, std::size_t> by_number_;
  std::map<std::string_view, std::size_t> by_name_;
  std::map<std::string_view, std::vector<std::size_t>> held_by_;  ///< what each device holds, by its name
  std::map<DeviceNumber, std::vector<std::size_t>> children_;
};

}  // namespace guardd
