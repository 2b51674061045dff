// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/storage/wanted_mount.hpp"

namespace guardd {

/// What fstab and the administrator's own mount units name, in /etc/systemd/system and /run/systemd/system. A unit that
/// nothing wants counts as noauto. The units in /usr/lib are the system's pseudo filesystems.
std::vector<WantedMount> read_wanted_mounts(const HostRoot& root, std::vector<std::string>& problems);

/// Entries of crypttab without a node in /dev/mapper.
std::vector<WantedCrypt> read_closed_crypts(const HostRoot& root, std::vector<std::string>& problems);

}  // namespace guardd
