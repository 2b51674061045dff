// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dataset.hpp"
#include "core/dataset_memory.hpp"
#include "core/snapshot.hpp"

namespace guardd {

/// Notes what those who have a dataset in use say that it is, and whether it has clients. Before the look is dated in
/// `memory`: what the look before it found tells whether this is still the same server.
void note_use(DatasetMemory& memory, const Snapshot& snapshot, const Dataset& dataset);

}  // namespace guardd
