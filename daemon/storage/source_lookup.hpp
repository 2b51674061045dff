// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/storage/missing_mounts.hpp"

namespace guardd {

/// Looks a node or TAG=value up in /dev and udev's links in /dev/disk, without reading any disk.
SourceState look_up_source(const std::string& what, const HostRoot& root);

/// The block device that a source is. Empty: there is none of that name. Unknown: without udev a tag tells nothing.
Known<std::vector<DeviceNumber>> devices_of_source(const std::string& what, const HostRoot& root);

/// A mountpoint of PID 1's namespace with its symbolic links resolved, as far as that goes without entering a
/// filesystem of `mounts` where looking could hang; the path itself otherwise.
std::string resolve_mountpoint(const std::string& path, const std::vector<MountFact>& mounts, const HostRoot& root);

}  // namespace guardd
