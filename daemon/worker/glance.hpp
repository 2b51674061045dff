// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Adds what a glance at some processes saw to a look. Nothing goes away: who was seen and is not there any more stays
/// until the next look, which is the one that can tell.
void add_glance(Snapshot& snapshot, const ProcessesOutput& seen);

}  // namespace guardd
