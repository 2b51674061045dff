// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/dataset.hpp"
#include "core/dataset_memory.hpp"
#include "core/release.hpp"
#include "core/request.hpp"
#include "core/snapshot.hpp"

namespace guardd {

/// The remembered datasets that lie at a path of the host, in or beneath it, or on a block device, what it stands on
/// and what stands on it included.
std::vector<DatasetMemory> memories_at(const std::vector<DatasetMemory>& memories, const Snapshot& snapshot,
                                       const std::vector<Dataset>& datasets, const Target& target);

/// Releases, still without reason and basis, of the block device and of what stands on it, as far as that carries
/// something and is not in use.
std::vector<Release> device_releases(const Snapshot& snapshot, DeviceNumber device);

/// Whether the device is mounted or swap, or anything that stands on it is.
bool is_in_use(const Snapshot& snapshot, const StorageGraph& graph, DeviceNumber device);

/// Whether what was remembered stood on this device or on one that stands on it; or, where the device has no name that
/// would tell, on one that it stands on. Of a dataset whose filesystem is not mounted now.
bool stood_on(const DatasetMemory& memory, const Snapshot& snapshot, const StorageGraph& graph, DeviceNumber device);

}  // namespace guardd
