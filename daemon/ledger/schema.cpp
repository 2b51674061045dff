// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/schema.hpp"

#include <array>
#include <string>

namespace guardd::ledger {
namespace {

/// "grdd": marks the file as guardd's, https://www.sqlite.org/pragma.html#pragma_application_id
constexpr std::int64_t application_id = 0x67726464;

/// migrations[n] brings version n to version n + 1. A released one never changes.
constexpr std::array<const char*, schema_version> migrations{R"(
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES ('id', lower(hex(randomblob(16))));
  CREATE TABLE holds (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    targets TEXT NOT NULL,
    reason TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_s INTEGER NOT NULL,
    until_s INTEGER
  ) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    record TEXT NOT NULL,
    hash TEXT NOT NULL,
    time_s INTEGER AS (json_extract(record, '$.time')),
    operation TEXT AS (json_extract(record, '$.operation')),
    verdict TEXT AS (json_extract(record, '$.verdict'))
  ) STRICT;
)",
                                                             R"(
  CREATE TABLE memories (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE releases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE overrides (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL
  ) STRICT;
)",
                                                             R"(
  CREATE TABLE permits (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL
  ) STRICT;
)"};

}  // namespace

Result<bool> migrate(Database& database) {
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  constexpr auto newest = static_cast<std::int64_t>(schema_version);
  if (*version > newest) {
    return ledger_failed("it was made by a newer guardd (schema " + std::to_string(*version) + ", this one knows " +
                         std::to_string(schema_version) + ")");
  }
  const Result<std::int64_t> owner = database.number("PRAGMA application_id");
  if (!owner) return owner.error();
  if (*owner != (*version == 0 ? 0 : application_id)) return ledger_failed("the file is not guardd's");
  if (*version == newest) return true;

  std::string sql = "BEGIN IMMEDIATE;";
  for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next) sql += migrations[next];
  sql += "PRAGMA application_id=" + std::to_string(application_id) +
         ";PRAGMA user_version=" + std::to_string(schema_version) + ";COMMIT";
  return database.run(sql.c_str());
}

}  // namespace guardd::ledger
