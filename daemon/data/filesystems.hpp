// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/facts.hpp"
#include "daemon/data/superblocks.hpp"

namespace guardd {

/// One fact a filesystem: whether anything but lost+found is at its root, or at the roots of its parts that are
/// mounted. Unknown for what must not be entered or can't be looked at.
std::vector<FilesystemFact> filesystem_facts(const std::vector<Superblock>& superblocks);

}  // namespace guardd
