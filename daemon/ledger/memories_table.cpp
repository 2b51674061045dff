// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/memories_table.hpp"

#include <utility>

#include "core/facts_json.hpp"
#include "core/strict_json.hpp"
#include "daemon/ledger/read_rows.hpp"
#include "daemon/ledger/record_column.hpp"

namespace guardd::ledger {
namespace {

Result<DatasetMemory> read_memory(const Statement& row) {
  return parse_record<DatasetMemory>(row.text(1), "the dataset " + row.text(0));
}

}  // namespace

Result<std::vector<DatasetMemory>> read_memories(Database& database) {
  return read_rows(database, "SELECT id, record FROM memories ORDER BY id", read_memory);
}

Result<bool> write_memory(Database& database, const DatasetMemory& memory) {
  Result<Statement> row =
      database.prepare("INSERT INTO memories VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record");
  if (!row) return row.error();
  return row->bind(1, memory.id).bind(2, to_text(memory)).step();
}

Result<bool> delete_memory(Database& database, const std::string& id) {
  Result<Statement> row = database.prepare("DELETE FROM memories WHERE id = ?");
  if (!row) return row.error();
  return row->bind(1, id).step();
}

}  // namespace guardd::ledger
