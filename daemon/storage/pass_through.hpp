// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/pass_through.hpp"

namespace guardd {

/// The character devices that reach the media of a whole disk, `directory` being the disk's in /sys/class/block: the
/// NVMe controllers and generic nodes beside it (drivers/nvme/host/core.c, multipath.c), its SCSI generic node and its
/// bsg nodes (drivers/scsi/sg.c, block/bsg.c). What goes away meanwhile is left out; what can't be read adds a problem.
std::vector<PassThroughNode> read_pass_through(const std::string& directory, std::vector<std::string>& problems);

/// Those of all disks of a look, `sys` being where sysfs is. Their attributes are the kernel's own: reading them waits
/// for no hardware.
std::vector<DiskNodes> read_pass_through(const std::string& sys, const std::vector<BlockDeviceFact>& devices,
                                         std::vector<std::string>& problems);

}  // namespace guardd
