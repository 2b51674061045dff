// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/releases_table.hpp"

#include <utility>

#include "core/facts_json.hpp"
#include "core/strict_json.hpp"
#include "daemon/ledger/numbered_id.hpp"
#include "daemon/ledger/read_rows.hpp"
#include "daemon/ledger/record_column.hpp"

namespace guardd::ledger {
namespace {

constexpr char release_prefix = 'r';

Result<Release> read_release(const Statement& row) {
  const std::string id = numbered_id(release_prefix, row.number(0));
  Result<Release> release = parse_record<Release>(row.text(1), "release " + id);
  if (release) release->id = id;
  return release;
}

}  // namespace

Result<std::vector<Release>> read_releases(Database& database) {
  return read_rows(database, "SELECT number, record FROM releases ORDER BY number", read_release);
}

Result<Release> insert_release(Database& database, Release release) {
  const Result<std::int64_t> count = database.number("SELECT count(*) FROM releases");
  if (!count) return count.error();
  if (*count >= static_cast<std::int64_t>(max_releases)) {
    return Error{"too_many", "there are " + std::to_string(*count) + " releases: revoke those that are done with"};
  }
  Result<Statement> row = database.prepare("INSERT INTO releases (record) VALUES (?) RETURNING number");
  if (!row) return row.error();
  const Result<bool> inserted = row->bind(1, to_text(release)).step();
  if (!inserted) return inserted.error();
  release.id = numbered_id(release_prefix, row->number(0));
  return release;
}

Result<Release> delete_release(Database& database, const std::string& id) {
  Result<Statement> row = database.prepare("DELETE FROM releases WHERE number = ? RETURNING number, record");
  if (!row) return row.error();
  const Result<bool> removed = row->bind(1, number_of(release_prefix, id)).step();
  if (!removed) return removed.error();
  if (!*removed) return Error{"not_found", "there is no release " + id};
  return read_release(*row);
}

}  // namespace guardd::ledger
