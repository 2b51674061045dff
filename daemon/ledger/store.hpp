// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/audit.hpp"
#include "core/ledger.hpp"
#include "core/result.hpp"
#include "daemon/ledger/audit_table.hpp"
#include "daemon/ledger/database.hpp"
#include "daemon/ledger/overrides_table.hpp"
#include "daemon/ledger/permits_table.hpp"
#include "daemon/ledger/reserve.hpp"

namespace guardd::ledger {

/// One change of the ledger and the record that tells of it: both are stored, or neither.
struct Change {
  AuditRecord record;                 ///< of a permit's step: without a kind, which is the state that it leads to
  std::optional<Hold> add_hold = {};  ///< its id is given by the store
  std::optional<std::string> remove_hold = {};
  std::vector<Release> add_releases = {};  ///< their ids are given by the store
  std::optional<std::string> revoke_release = {};
  std::optional<OverrideStep> override_step = {};  ///< may use the reserve
  std::optional<PermitStep> permit_step = {};
};

/// What looks taught about datasets, by id: what is remembered of each from now on, or that it is forgotten. No
/// decision, and so without a record in the audit trail.
using Lessons = std::map<std::string, std::optional<DatasetMemory>>;

/// What became of a change: its record and the place of that in the audit trail, and the hold that it added or removed.
struct Stored {
  AuditHead head;
  AuditRecord record;  ///< as it was stored, with the hold
  std::optional<Hold> hold;
  std::vector<Release> releases = {};                   ///< that it added or revoked
  std::optional<std::vector<Override>> overrides = {};  ///< all of them, after a step of one
  std::optional<Permit> permit = {};                    ///< after its step
};

/// "STATE_DIRECTORY/ledger.db".
std::string ledger_path(const std::string& state_directory);

/// What the ledger's file holds, for one thread.
class Store {
 public:
  /// Opens or makes the file and brings it to this schema. Error "ledger.failed": it can't be opened or written, is
  /// damaged, or was made by a newer guardd.
  static Result<Store> open(const std::string& state_directory);

  /// What a decision needs of it.
  Result<Ledger> load();
  Result<AuditHead> head() { return read_head(database_); }
  /// The id that this ledger has had since it was made.
  [[nodiscard]] const std::string& id() const { return id_; }
  /// What tells that this is not the ledger that the witness saw, or not as far as it was then; empty: it is. A record
  /// that was rotated away can't be compared.
  Result<std::string> contradicts(const std::string& witnessed_id, const AuditHead& witnessed);

  /// All changes in one transaction, durable when this returns. One that can't be made ("not_found", "too_many",
  /// "conflict") leaves no trace and does not touch the others; a failure of the file fails all of them
  /// ("ledger.failed"). Where the disk is full, steps of overrides get the reserve, and one more transaction.
  std::vector<Result<Stored>> apply(std::span<const Change> changes);

  /// All of it or nothing, durable when this returns. Error "ledger.failed".
  Result<bool> learn(const Lessons& lessons);

 private:
  Store(Database database, std::string path, Reserve reserve)
      : database_(std::move(database)), path_(std::move(path)), reserve_(std::move(reserve)) {}

  Result<bool> identify();
  Result<bool> is_in_place() const;
  std::vector<Result<Stored>> apply_once(std::span<const Change> changes);
  void retry_with_reserve(std::span<const Change> changes, std::vector<Result<Stored>>& results);
  Result<Stored> apply_one(const Change& change, AuditHead& head);

  Database database_;
  std::string path_;
  Reserve reserve_;
  bool lacked_space_ = false;  ///< the last transaction did
  std::string id_;
  dev_t device_ = 0;  ///< of the file that is open, with its inode
  ino_t inode_ = 0;
};

}  // namespace guardd::ledger
