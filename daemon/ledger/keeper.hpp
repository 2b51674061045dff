// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/history.hpp"
#include "core/ledger.hpp"
#include "daemon/ledger/writer.hpp"

namespace guardd::ledger {

/// The ledger as the loop knows it: what is in force, and the writer that makes changes durable. A ledger that can't be
/// opened is one that can't be read: guardd runs on, and answers so.
class Keeper {
 public:
  /// Opens STATE_DIRECTORY's ledger and compares it with its witness; waits for the disk, so before the loop runs.
  Keeper(boost::asio::any_io_executor executor, const std::string& state_directory, Writer::OnStored on_stored = {});

  [[nodiscard]] const Ledger& current() const { return current_; }
  /// A number that grows whenever current() may have changed.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  /// Where the audit trail stands; a sequence number of 0 before the first record, or where nothing can be read.
  [[nodiscard]] const AuditHead& head() const { return head_; }
  /// What does not make a verdict unknown, and should be mended: the witness. Empty: nothing.
  [[nodiscard]] std::string problem() const;

  /// Durable, and in current(), when it returns. Errors as Writer::store's.
  boost::asio::awaitable<Result<Stored>> store(Change change);
  /// Stored soon, as Writer::store_late.
  void store_late(AuditRecord record);

  /// What a look taught. Weighs from now on; on its way to the disk at once where something but times has changed, else
  /// every ten minutes.
  void learn(const Learned& learned, std::int64_t wall_s);

  /// `tell` runs whenever store() or adopt() has changed current().
  void tell_of_changes(std::function<void()> tell) { tell_ = std::move(tell); }

  /// An operator takes the ledger for what it is: no longer lost. Errors as store's.
  boost::asio::awaitable<Result<Stored>> adopt(AuditRecord record);

 private:
  Result<bool> open(boost::asio::any_io_executor executor, const std::string& state_directory,
                    Writer::OnStored on_stored);
  void take_in(const Change& change, const Stored& stored);

  Ledger current_;
  std::uint64_t changes_ = 0;
  AuditHead head_;
  std::map<std::string, DatasetMemory> stored_memories_;  ///< as they were last given to the writer
  bool full_ = false;                                     ///< some dataset could not be remembered
  std::function<void()> tell_;
  std::optional<Writer> writer_;
};

}  // namespace guardd::ledger
