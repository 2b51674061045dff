// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/dataset_memory.hpp"
#include "core/facts.hpp"
#include "core/storage_graph.hpp"

namespace guardd {

struct Snapshot;

/// The devices, each with what finds it again when it has another name or number.
std::vector<DeviceIdentity> identify_devices(const Snapshot& snapshot, const StorageGraph& graph,
                                             const std::vector<DeviceNumber>& devices);

/// The name of a dataset for as long as it exists: across restarts, reboots and mounts elsewhere, and never that of a
/// copy, a clone, a restore or a fresh initialisation at the same place. "mysql-" and 16 digits made of the service's
/// own identity, the filesystem's UUID, the handles and births of the directory and of the identity files, the disk,
/// and the machine-id. A short name for people: what must be certain compares what it is made of. Empty where the
/// directory has no handle.
std::string dataset_id(const DataDirectoryFact& directory, const std::vector<DeviceIdentity>& devices,
                       const std::string& machine_id);

/// Whether a block device is the one that was seen then: by what its maker, its partition table or its content calls
/// it, the first of these that both have. A name alone proves nothing.
bool is_same_device(const DeviceIdentity& then, const DeviceIdentity& now);

}  // namespace guardd
