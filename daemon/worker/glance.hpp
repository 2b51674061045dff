// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Adds what a glance at some processes saw to a look. A service whose command line or working directory names a data
/// directory of the look's uses it. Nothing goes away: who was seen and is not there any more stays until the next
/// look, which is the one that can tell.
void add_glance(Snapshot& snapshot, const ProcessesOutput& seen);

/// Services among the processes of a glance whose data is not known after it: they have just begun.
std::vector<std::int32_t> without_data(const Snapshot& snapshot, const ProcessesOutput& seen);

}  // namespace guardd
