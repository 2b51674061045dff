// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/storage/wanted_mount.hpp"

namespace guardd {

/// A device that the configuration names, as this host has it now.
enum class SourceState {
  absent,
  present,
  removable,  ///< present, on a disk that the kernel calls removable
  unknown,    ///< can't be told, for instance a label on a host without udev
};
using LookUpSource = std::function<SourceState(const std::string& what)>;

/// Holds data on this host's own disks when mounted: no swap, no pseudo or network filesystem, no bind mount, no CD, no
/// read-only image.
bool is_local_data(const WantedMount& mount);

/// Whether its filesystem is missing, given that nothing is mounted there: always when the boot should have mounted it;
/// with noauto or nofail only when its device is here, not removable, or can't be told.
bool is_missing(const WantedMount& mount, const LookUpSource& look_up);

/// The same for a crypttab(5) entry of whose name there is no node in /dev/mapper.
bool is_missing(const WantedCrypt& entry, const LookUpSource& look_up);

/// `path` without repeated and trailing slashes and "." components.
std::string plain_path(std::string_view path);

/// The wanted mounts at whose (plain) mountpoint `mounts` has nothing but an autofs. `resolve` makes a mountpoint real,
/// symbolic links resolved.
std::vector<MissingMount> find_missing(const std::vector<WantedMount>& wanted, const std::vector<MountFact>& mounts,
                                       const LookUpSource& look_up,
                                       const std::function<std::string(const std::string&)>& resolve);

}  // namespace guardd
