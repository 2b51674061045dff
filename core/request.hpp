// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/operation.hpp"

namespace guardd {

/// A device or path as the caller resolved it; guardd compares with its own view.
struct Target {
  std::string path;  ///< absolute, without symbolic links; what the caller named when it resolved nothing
  std::optional<DeviceNumber> device;  ///< of a block device node: st_rdev; of a path: its st_dev
  bool block_device = false;
  std::optional<std::int64_t> mount_id;  ///< of a path, from statx(2) STATX_MNT_ID
  std::optional<std::uint64_t> inode;    ///< of a path
  bool operator==(const Target&) const = default;
};

/// The question: may `operation` happen to the whole host (no targets, said as "scope": "host"), or to the targets?
struct CheckRequest {
  Operation operation = Operation::reinstall;
  bool whole_host = false;
  std::vector<Target> targets;  ///< never empty unless whole_host
  std::string expect_host;      ///< the host that the caller believes it talks to; empty: any
};

}  // namespace guardd
