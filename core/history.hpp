// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dataset.hpp"
#include "core/dataset_memory.hpp"
#include "core/snapshot.hpp"

namespace guardd {

/// What a look taught about the datasets of this host.
struct Learned {
  std::vector<DatasetMemory> memories;  ///< all that are remembered from now on
  std::vector<std::string> forgotten;  ///< ids of those that are truly deleted, overwritten, or known by another id now
  bool full = false;                   ///< there was no room for some
};

/// Brings what is remembered up to date with a look. Positive evidence counts from any look; that a dataset is
/// inactive, deleted or absent only from one in which every inspector that could have seen it was ok. Datasets without
/// an identity (loose files, what lives in memory or in a container's own filesystem alone) are not remembered.
Learned learn(const std::vector<DatasetMemory>& before, const Snapshot& snapshot, const std::vector<Dataset>& datasets);

/// Whether one is worth a write at once, rather than with the next that is: something but times has changed.
bool differs_in_substance(const DatasetMemory& one, const DatasetMemory& other);

/// Datasets that are remembered at most, and how many of them may be containers', whose users make them as they like.
inline constexpr std::size_t max_memories = 1024;
inline constexpr std::size_t max_contained_memories = 512;

}  // namespace guardd
