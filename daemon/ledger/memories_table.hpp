// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/dataset_memory.hpp"
#include "core/release.hpp"
#include "core/result.hpp"
#include "daemon/ledger/database.hpp"

/// Datasets that were seen, in the ledger's file. Errors: "ledger.failed".
namespace guardd::ledger {

/// All of them. One that can't be read is an error: a dataset that is forgotten is one that may be destroyed.
Result<std::vector<DatasetMemory>> read_memories(Database& database);

/// Puts it in the place of what was remembered under its id.
Result<bool> write_memory(Database& database, const DatasetMemory& memory);
Result<bool> delete_memory(Database& database, const std::string& id);

}  // namespace guardd::ledger
