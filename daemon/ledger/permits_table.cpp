// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/permits_table.hpp"

#include <algorithm>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire_permit.hpp"
#include "daemon/ledger/numbered_id.hpp"
#include "daemon/ledger/read_rows.hpp"

namespace guardd::ledger {
namespace {

constexpr char permit_prefix = 'p';

Result<Permit> read_permit_row(const Statement& row) {
  Result<Permit> permit = parse_permit_record(row.text(1));
  const std::string id = numbered_id(permit_prefix, row.number(0));
  if (!permit) return ledger_failed("permit " + id + ": " + permit.error().message);
  permit->id = id;
  return permit;
}

/// Drops the oldest of those that are over, where there are too many; the audit trail goes on telling of them.
Result<bool> make_room(Database& database) {
  const Result<std::vector<Permit>> all = read_permits(database);
  if (!all) return all.error();
  if (all->size() < max_permits) return true;
  const auto over = std::ranges::find(*all, PermitState::ended, &Permit::state);
  if (over == all->end()) {
    return Error{"too_many", "there are " + std::to_string(all->size()) + " permits that are not over: end some"};
  }
  Result<Statement> drop = database.prepare("DELETE FROM permits WHERE number = ?");
  if (!drop) return drop.error();
  return drop->bind(1, number_of(permit_prefix, over->id)).step();
}

Result<Permit> insert(Database& database, Permit permit) {
  if (auto room = make_room(database); !room) return room.error();
  Result<Statement> row = database.prepare("INSERT INTO permits (record) VALUES (?) RETURNING number");
  if (!row) return row.error();
  const Result<bool> inserted = row->bind(1, to_text(permit_record(permit))).step();
  if (!inserted) return inserted.error();
  permit.id = numbered_id(permit_prefix, row->number(0));
  return permit;
}

}  // namespace

Result<std::vector<Permit>> read_permits(Database& database) {
  return read_rows(database, "SELECT number, record FROM permits ORDER BY number", read_permit_row);
}

Result<Permit> step_permit(Database& database, const PermitStep& step) {
  if (step.add) return insert(database, *step.add);
  Result<Statement> row = database.prepare("SELECT number, record FROM permits WHERE number = ?");
  if (!row) return row.error();
  const Result<bool> found = row->bind(1, number_of(permit_prefix, step.id)).step();
  if (!found) return found.error();
  if (!*found) return Error{"not_found", "there is no permit " + step.id};
  Result<Permit> was = read_permit_row(*row);
  if (!was) return was;
  Result<Permit> changed = step.change(std::move(*was));
  if (!changed) return changed;
  Result<Statement> update = database.prepare("UPDATE permits SET record = ? WHERE number = ?");
  if (!update) return update.error();
  update->bind(1, to_text(permit_record(*changed))).bind(2, number_of(permit_prefix, step.id));
  if (auto done = update->step(); !done) return done.error();
  return changed;
}

}  // namespace guardd::ledger
