// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/result.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// The inode number of a process's mount namespace, namespaces(7).
Result<std::uint64_t> read_mount_namespace(std::int32_t pid, const HostRoot& root);

}  // namespace guardd
