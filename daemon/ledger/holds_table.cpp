// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/holds_table.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire_hold.hpp"
#include "core/wire_targets.hpp"
#include "daemon/ledger/numbered_id.hpp"
#include "daemon/ledger/read_rows.hpp"

namespace guardd::ledger {
namespace {

constexpr char hold_prefix = 'h';
constexpr std::string_view hold_columns = "number, operation, targets, reason, added_by, added_s, until_s";

/// The hold of a row of hold_columns. What can't be read is an error: a hold that is skipped is one that is lifted.
Result<Hold> read_hold(const Statement& row) {
  Hold hold;
  hold.id = numbered_id(hold_prefix, row.number(0));
  const auto operation = parse_operation(row.text(1));
  if (!operation) return ledger_failed("hold " + hold.id + " is of an unknown operation");
  hold.operation = *operation;
  Result<std::vector<Target>> targets = parse_targets(row.text(2));
  if (!targets) return ledger_failed("hold " + hold.id + ": " + targets.error().message);
  hold.targets = std::move(*targets);
  hold.reason = row.text(3);
  hold.by = row.text(4);
  hold.added_s = row.number(5);
  if (!row.is_null(6)) hold.until_s = row.number(6);
  return hold;
}

}  // namespace

Result<std::vector<Hold>> read_holds(Database& database) {
  return read_rows(database, "SELECT " + std::string(hold_columns) + " FROM holds ORDER BY number", read_hold);
}

Result<Hold> insert_hold(Database& database, Hold hold) {
  const Result<std::int64_t> count = database.number("SELECT count(*) FROM holds");
  if (!count) return count.error();
  if (*count >= static_cast<std::int64_t>(max_holds)) {
    return Error{"too_many", "there are " + std::to_string(*count) + " holds: remove those that are over"};
  }
  Result<Statement> row = database.prepare(
      "INSERT INTO holds (operation, targets, reason, added_by, added_s, until_s) VALUES (?, ?, ?, ?, ?, ?)"
      " RETURNING number");
  if (!row) return row.error();
  row->bind(1, to_string(hold.operation)).bind(2, to_text(targets_json(hold.targets))).bind(3, hold.reason);
  row->bind(4, hold.by).bind(5, hold.added_s);
  if (hold.until_s) row->bind(6, *hold.until_s);  // unbound is NULL
  const Result<bool> inserted = row->step();
  if (!inserted) return inserted.error();
  hold.id = numbered_id(hold_prefix, row->number(0));
  return hold;
}

Result<Hold> remove_hold(Database& database, const std::string& id) {
  Result<Statement> row = database.prepare("DELETE FROM holds WHERE number = ? RETURNING " + std::string(hold_columns));
  if (!row) return row.error();
  const Result<bool> removed = row->bind(1, number_of(hold_prefix, id)).step();
  if (!removed) return removed.error();
  if (!*removed) return Error{"not_found", "there is no hold " + id};
  return read_hold(*row);
}

}  // namespace guardd::ledger
