// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// The UUID of the filesystem that the descriptor (no O_PATH one) is open on, in small letters with dashes: by asking
/// the filesystem, or where it can't be asked, by reading its superblock off its block device (libblkid). Empty where
/// it has none, or none can be had.
std::string filesystem_uuid(int fd, DeviceNumber device, const HostRoot& root);

}  // namespace guardd
