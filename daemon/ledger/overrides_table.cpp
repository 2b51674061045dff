// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/overrides_table.hpp"

#include <algorithm>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire_override.hpp"
#include "daemon/ledger/numbered_id.hpp"
#include "daemon/ledger/read_rows.hpp"

namespace guardd::ledger {
namespace {

constexpr std::string_view columns = "number, record";

constexpr char override_prefix = 'o';

Result<Override> read_override_row(const Statement& row) {
  Result<Override> override_ = parse_override_record(row.text(1));
  const std::string id = numbered_id(override_prefix, row.number(0));
  if (!override_) return ledger_failed("override " + id + ": " + override_.error().message);
  override_->id = id;
  return override_;
}

Result<Override> find(Database& database, const std::string& id) {
  Result<Statement> row = database.prepare("SELECT " + std::string(columns) + " FROM overrides WHERE number = ?");
  if (!row) return row.error();
  const Result<bool> found = row->bind(1, number_of(override_prefix, id)).step();
  if (!found) return found.error();
  if (!*found) return Error{"not_found", "there is no override " + id};
  return read_override_row(*row);
}

Result<Override> replace(Database& database, Result<Override> changed) {
  if (!changed) return changed;
  Result<Statement> row = database.prepare("UPDATE overrides SET record = ? WHERE number = ?");
  if (!row) return row.error();
  row->bind(1, to_text(override_record(*changed))).bind(2, number_of(override_prefix, changed->id));
  if (auto done = row->step(); !done) return done.error();
  return changed;
}

/// Drops the oldest of those that are over, where there are too many; the audit trail goes on telling of them.
Result<bool> make_room(Database& database, const BootMoment& now) {
  const Result<std::vector<Override>> all = read_overrides(database);
  if (!all) return all.error();
  if (all->size() < max_overrides) return true;
  const auto over = std::ranges::find_if(*all, [&](const Override& one) {
    const OverrideState state = state_at(one, now);
    return state == OverrideState::spent || state == OverrideState::expired;
  });
  if (over == all->end()) {
    return Error{"too_many", "there are " + std::to_string(all->size()) + " overrides: wait until some have expired"};
  }
  Result<Statement> drop = database.prepare("DELETE FROM overrides WHERE number = ?");
  if (!drop) return drop.error();
  return drop->bind(1, number_of(override_prefix, over->id)).step();
}

Result<Override> insert(Database& database, Override override_, const BootMoment& now) {
  if (auto room = make_room(database, now); !room) return room.error();
  Result<Statement> row = database.prepare("INSERT INTO overrides (record) VALUES (?) RETURNING number");
  if (!row) return row.error();
  const Result<bool> inserted = row->bind(1, to_text(override_record(override_))).step();
  if (!inserted) return inserted.error();
  override_.id = numbered_id(override_prefix, row->number(0));
  return override_;
}

}  // namespace

Result<std::vector<Override>> read_overrides(Database& database) {
  return read_rows(database, "SELECT " + std::string(columns) + " FROM overrides ORDER BY number", read_override_row);
}

Result<Override> step_override(Database& database, const OverrideStep& step) {
  if (step.add) return insert(database, *step.add, step.now);
  const std::string id = step.apply ? step.apply->id : step.spend.value_or("");
  Result<Override> found = find(database, id);
  if (!found) return found;
  return replace(database, step.apply ? apply(std::move(*found), step.apply->approvals, step.apply->by)
                                      : spend(std::move(*found)));
}

}  // namespace guardd::ledger
