// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// A block device or file that this host gives to other machines.
struct Export {
  std::string by;                      ///< "LIO iblock_0/disk1", "nvmet nqn.2014-08.org.example:s1/1"
  std::string path;                    ///< of the node or file, as its administrator named it; may be empty
  std::optional<DeviceNumber> device;  ///< where the kernel says it
};

/// The `info` attribute of a LIO backstore: iblock_show_configfs_dev_params() and fd_show_configfs_dev_params() in the
/// kernel's drivers/target. Without `by`; a device that is not open has no number.
Export parse_lio_info(std::string_view text);

/// The enabled backstores of LIO, /sys/kernel/config/target/core/HBA/NAME (Documentation/target of the kernel;
/// targetcli makes them), and the enabled namespaces of nvmet, /sys/kernel/config/nvmet/subsystems/NQN/namespaces/N
/// (nvmetcli). Backstores of neither a device nor a file (rd_mcp, user) are left out. Where such a target is loaded and
/// configfs is not mounted, that is a problem.
std::vector<Export> read_exports(const HostRoot& root, std::vector<std::string>& problems);

}  // namespace guardd
