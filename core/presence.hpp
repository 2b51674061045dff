// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/boot_moment.hpp"
#include "core/dataset_memory.hpp"
#include "core/snapshot.hpp"

namespace guardd {

/// Of the devices that a dataset stood on when its filesystem was last mounted.
enum class Presence {
  attached,     ///< one that carries it is here, or may be: a closed LUKS volume, a RAID that is not assembled
  relabelled,   ///< the device is here, and carries the same kind of filesystem with another UUID by now
  overwritten,  ///< the device is here and carries something of another kind by now
  absent,       ///< none of them is here
};

/// How long a disk must have been away, seconds, for its data to be out of the host's reach: a path that is down, a
/// volume that is not logged in to, may be back when an installer runs; after a day it is somebody's decision. As long
/// must nothing have happened to a dataset whose filesystem has another UUID by now: mkfs gives one, and so does
/// `tune2fs -U`, which keeps the data.
inline constexpr std::int64_t gone_for_good_s = 86'400;

/// Whether its devices have been away for a day of this boot. By the clock (CLOCK_REALTIME, seconds) and by the time
/// since boot, both: a clock that is set makes no time pass.
bool is_absent_for_good(const DatasetMemory& memory, std::int64_t wall_s, const BootMoment& now);
/// Whether its filesystem has another UUID, and nothing has happened to it for a day; by both clocks as well.
bool is_relabelled_for_good(const DatasetMemory& memory, std::int64_t wall_s, const BootMoment& now);

/// From what the devices are called by their makers, partition tables and contents, never from their names alone.
Presence presence_of(const DatasetMemory& memory, const std::vector<DeviceIdentity>& attached);

/// All of the host's devices, as presence_of() wants them.
std::vector<DeviceIdentity> attached_devices(const Snapshot& snapshot);

}  // namespace guardd
