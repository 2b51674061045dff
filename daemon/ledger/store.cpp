// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/store.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "core/wire_hold.hpp"
#include "core/wire_override.hpp"
#include "core/wire_permit.hpp"
#include "core/wire_release.hpp"
#include "daemon/ledger/holds_table.hpp"
#include "daemon/ledger/memories_table.hpp"
#include "daemon/ledger/releases_table.hpp"
#include "daemon/ledger/schema.hpp"
#include "os/read.hpp"

namespace guardd::ledger {
namespace {

Result<bool> find_damage(Database& database) {
  Result<Statement> check = database.prepare("PRAGMA quick_check(1)");
  if (!check) return check.error();
  const Result<bool> row = check->step();
  if (!row) return row.error();
  if (!*row || check->text(0) != "ok") return ledger_failed("damaged: " + check->text(0));
  return true;
}

/// Makes the changes of releases that are asked for.
Result<std::vector<Release>> change_releases(Database& database, const Change& change) {
  std::vector<Release> changed;
  for (const Release& wanted : change.add_releases) {
    Result<Release> release = insert_release(database, wanted);
    if (!release) return release.error();
    changed.push_back(std::move(*release));
  }
  if (change.revoke_release) {
    Result<Release> release = delete_release(database, *change.revoke_release);
    if (!release) return release.error();
    changed.push_back(std::move(*release));
  }
  return changed;
}

/// Makes the step of an override that is asked for, and puts the override into the record.
Result<std::optional<std::vector<Override>>> change_overrides(Database& database, const Change& change,
                                                              AuditRecord& record) {
  if (!change.override_step) return std::optional<std::vector<Override>>();
  const Result<Override> changed = step_override(database, *change.override_step);
  if (!changed) return changed.error();
  // A verdict's record says already what it spends.
  if (!change.override_step->spend) record.what["override"] = to_json(*changed, changed->state);
  Result<std::vector<Override>> all = read_overrides(database);
  if (!all) return all.error();
  return std::optional<std::vector<Override>>(std::move(*all));
}

/// Makes the step of a permit that is asked for, and puts the permit into the record.
Result<std::optional<Permit>> change_permits(Database& database, const Change& change, AuditRecord& record) {
  if (!change.permit_step) return std::optional<Permit>();
  Result<Permit> changed = step_permit(database, *change.permit_step);
  if (!changed) return changed.error();
  if (record.kind.empty()) record.kind = "permit." + std::string(to_string(changed->state));
  record.what["permit"] = to_json(*changed);
  return std::optional<Permit>(std::move(*changed));
}

/// Makes the change of holds that is asked for; none where none is.
Result<std::optional<Hold>> change_holds(Database& database, const Change& change) {
  if (!change.add_hold && !change.remove_hold) return std::optional<Hold>();
  Result<Hold> hold =
      change.add_hold ? insert_hold(database, *change.add_hold) : remove_hold(database, *change.remove_hold);
  if (!hold) return hold.error();
  return std::optional<Hold>(std::move(*hold));
}

}  // namespace

std::string ledger_path(const std::string& state_directory) { return state_directory + "/ledger.db"; }

Result<Store> Store::open(const std::string& state_directory) {
  const std::string path = ledger_path(state_directory);
  const auto at_path = [&](const Error& error) { return Error{error.code, path + ": " + error.message}; };
  Reserve reserve(state_directory);
  Result<Database> database = Database::open(path);
  // On a full disk SQLite finds no room for the files that it needs to read its own.
  if (!database && reserve.give_up()) database = Database::open(path);
  if (!database) return at_path(database.error());
  if (auto migrated = migrate(*database); !migrated) return at_path(migrated.error());
  if (auto sound = find_damage(*database); !sound) return at_path(sound.error());
  Store store(std::move(*database), path, std::move(reserve));
  if (auto identified = store.identify(); !identified) return at_path(identified.error());
  store.reserve_.take();
  return store;
}

Result<bool> Store::identify() {
  Result<Statement> row = database_.prepare("SELECT value FROM meta WHERE name = 'id'");
  if (!row) return row.error();
  const Result<bool> found = row->step();
  if (!found) return found.error();
  if (!*found) return ledger_failed("it has no id");
  id_ = row->text(0);
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return ledger_failed(os_error(errno, path_).message);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return true;
}

/// What is written to a file that somebody removed or replaced is lost with the process.
Result<bool> Store::is_in_place() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return ledger_failed(os_error(errno, path_).message);
  if (status.st_dev != device_ || status.st_ino != inode_)
    return ledger_failed(path_ + " was replaced while guardd ran");
  return true;
}

Result<Ledger> Store::load() {
  Result<std::vector<Hold>> holds = read_holds(database_);
  if (!holds) return holds.error();
  Result<std::vector<DatasetMemory>> memories = read_memories(database_);
  if (!memories) return memories.error();
  Result<std::vector<Release>> releases = read_releases(database_);
  if (!releases) return releases.error();
  // An operator who adopts a ledger vouches for the clock too: that is the way out after one that was years ahead.
  const Result<std::int64_t> latest = database_.number(
      "SELECT coalesce(max(time_s), 0) FROM audit WHERE seq >="
      " (SELECT coalesce(max(seq), 0) FROM audit WHERE json_extract(record, '$.kind') = 'adopted')");
  if (!latest) return latest.error();
  Result<std::vector<Override>> overrides = read_overrides(database_);
  if (!overrides) return overrides.error();
  Result<std::vector<Permit>> permits = read_permits(database_);
  if (!permits) return permits.error();
  Ledger ledger;
  ledger.latest_s = *latest;
  ledger.holds = std::move(*holds);
  ledger.memories = std::move(*memories);
  ledger.releases = std::move(*releases);
  ledger.overrides = std::move(*overrides);
  ledger.permits = std::move(*permits);
  return ledger;
}

Result<std::string> Store::contradicts(const std::string& witnessed_id, const AuditHead& witnessed) {
  if (witnessed_id != id_) return std::string("it is another ledger, or a new one");
  const Result<AuditHead> base = read_base(database_);
  if (!base) return base.error();
  if (witnessed.seq < base->seq) return std::string();
  Result<Statement> row = database_.prepare("SELECT hash FROM audit WHERE seq = ? UNION SELECT ? WHERE ? = ?");
  if (!row) return row.error();
  row->bind(1, witnessed.seq).bind(2, base->hash).bind(3, witnessed.seq).bind(4, base->seq);
  const Result<bool> found = row->step();
  if (!found) return found.error();
  if (!*found) return "it is an earlier state: record " + std::to_string(witnessed.seq) + " is not in it";
  if (row->text(0) != witnessed.hash) return "record " + std::to_string(witnessed.seq) + " is another one";
  return std::string();
}

Result<bool> Store::learn(const Lessons& lessons) {
  const auto fail = [&](const Error& error) {
    (void)database_.run("ROLLBACK");
    return error;
  };
  if (auto in_place = is_in_place(); !in_place) return in_place;
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  for (const auto& [id, memory] : lessons) {
    const Result<bool> done = memory ? write_memory(database_, *memory) : delete_memory(database_, id);
    if (!done) return fail(done.error());
  }
  if (auto committed = database_.run("COMMIT"); !committed) return fail(committed.error());
  return true;
}

std::vector<Result<Stored>> Store::apply(std::span<const Change> changes) {
  std::vector<Result<Stored>> results = apply_once(changes);
  if (lacked_space_) retry_with_reserve(changes, results);
  // What is left of it, and what was given up before, once there is room again.
  if (reserve_.held() < Reserve::full_bytes) reserve_.take();
  return results;
}

/// Only for steps of overrides: an allow that needed the reserve would take the break-glass away from the next one.
void Store::retry_with_reserve(std::span<const Change> changes, std::vector<Result<Stored>>& results) {
  std::vector<Change> steps;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!changes[i].override_step) continue;
    steps.push_back(changes[i]);
    places.push_back(i);
  }
  if (steps.empty() || !reserve_.give_up()) return;
  std::vector<Result<Stored>> again = apply_once(steps);
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(again[i]);
}

std::vector<Result<Stored>> Store::apply_once(std::span<const Change> changes) {
  lacked_space_ = false;
  const auto fail_all = [&](const Error& error) {
    lacked_space_ = database_.lacked_space();
    (void)database_.run("ROLLBACK");
    return std::vector<Result<Stored>>(changes.size(), error);
  };
  if (auto in_place = is_in_place(); !in_place) return std::vector<Result<Stored>>(changes.size(), in_place.error());
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return fail_all(begun.error());
  Result<AuditHead> at = head();
  if (!at) return fail_all(at.error());
  std::vector<Result<Stored>> results;
  for (const Change& change : changes) {
    Result<Stored> stored = apply_one(change, *at);
    if (!stored && stored.error().code == "ledger.failed") return fail_all(stored.error());
    results.push_back(std::move(stored));
  }
  if (auto rotated = rotate(database_, *at); !rotated) return fail_all(rotated.error());
  if (auto committed = database_.run("COMMIT"); !committed) return fail_all(committed.error());
  return results;
}

Result<Stored> Store::apply_one(const Change& change, AuditHead& head) {
  Result<std::optional<Hold>> hold = change_holds(database_, change);
  if (!hold) return hold.error();
  Result<std::vector<Release>> releases = change_releases(database_, change);
  if (!releases) return releases.error();
  AuditRecord record = change.record;
  Result<std::optional<std::vector<Override>>> overrides = change_overrides(database_, change, record);
  if (!overrides) return overrides.error();
  Result<std::optional<Permit>> permit = change_permits(database_, change, record);
  if (!permit) return permit.error();
  if (*hold) record.what["hold"] = to_json(**hold);
  for (const Release& release : *releases) record.what["releases"].push_back(release_json(release));
  Result<AuditHead> next = append_record(database_, head, record);
  if (!next) return next.error();
  head = *next;
  return Stored{.head = std::move(*next),
                .record = std::move(record),
                .hold = std::move(*hold),
                .releases = std::move(*releases),
                .overrides = std::move(*overrides),
                .permit = std::move(*permit)};
}

}  // namespace guardd::ledger
