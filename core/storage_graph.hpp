// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// The block devices of a host and what stands on what. Pure over facts, which it copies.
class StorageGraph {
 public:
  explicit StorageGraph(const std::vector<BlockDeviceFact>& devices);

  /// A device and all that it stands on.
  struct Ancestry {
    std::vector<DeviceNumber> devices;  ///< the device first, then its parents, breadth first
    bool traceable = true;              ///< false when some part of it is not known
  };
  /// Through a partition's disk, dm, md and btrfs members, and the disk under a loop device's file.
  [[nodiscard]] Ancestry ancestors(DeviceNumber device) const;

  /// The device and all that stands on it, loop devices over files on it included.
  [[nodiscard]] std::vector<DeviceNumber> descendants(DeviceNumber device) const;

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
  std::map<DeviceNumber, std::size_t> by_number_;
  std::map<std::string_view, std::size_t> by_name_;
};

}  // namespace guardd
