// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/dataset_memory.hpp"
#include "core/snapshot.hpp"

namespace guardd {

/// Of the devices that a dataset stood on when its filesystem was last mounted.
enum class Presence {
  attached,     ///< one that carries it is here, or may be: a closed LUKS volume, a RAID that is not assembled
  overwritten,  ///< the device is here and carries something else by now
  absent,       ///< none of them is here
};

/// How long a disk must have been away, seconds, for its data to be out of the host's reach: a path that is down, a
/// volume that is not logged in to, may be back when an installer runs; after a day it is somebody's decision.
inline constexpr std::int64_t absent_for_good_s = 86'400;

/// From what the devices are called by their makers, partition tables and contents, never from their names alone.
Presence presence_of(const DatasetMemory& memory, const std::vector<DeviceIdentity>& attached);

/// All of the host's devices, as presence_of() wants them.
std::vector<DeviceIdentity> attached_devices(const Snapshot& snapshot);

}  // namespace guardd
