// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/ledger/store.hpp"

namespace guardd::ledger {

/// The thread that owns the store: the loop never waits for a disk. Changes that arrive while a transaction runs share
/// the next one.
class Writer {
 public:
  struct Limits {
    std::size_t waiting = 1024;  ///< changes that may wait; beyond it a change fails, and a late record is left out
    std::chrono::milliseconds late{1000};  ///< how long a late record may wait for company
  };

  /// Called on the writer's thread with each record that is on disk; must not wait.
  using OnStored = std::function<void(const AuditRecord&, const AuditHead&)>;

  /// Without a path there is no witness.
  Writer(boost::asio::any_io_executor executor, Store store, Limits limits, std::string witness_path = {},
         OnStored on_stored = {});
  /// Stores what waits, then ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Durable when it returns. Error "ledger.failed", also when too much is waiting; "not_found" as Store::apply's.
  boost::asio::awaitable<Result<Stored>> store(Change change);

  /// From now on the witness is kept up with what is stored, after the answers.
  void start_witness();
  /// Why the witness could not be written; empty while all is well.
  [[nodiscard]] std::string witness_problem() const;

  /// A record that nobody waits for: stored within Limits::late, or with the next change. One that says the same of the
  /// same caller as the one before it makes no record of its own, but is counted there as `times`: whoever asks without
  /// a pause crowds out nobody. Those that were left out for want of room are counted in a record of their own.
  void store_late(AuditRecord record);

  /// What looks taught, stored at once where it is urgent, or with the next records, within Limits::late. Nobody waits
  /// for it. What fails is tried again with what is learned next.
  void learn(Lessons lessons, bool urgent);
  /// Why what was learned could not be stored; empty while all is well.
  [[nodiscard]] std::string lesson_problem() const;

 private:
  using Done = std::function<void(Result<Stored>)>;  ///< called on the writer's thread; empty for a late record
  struct Waiting {
    Change change;
    Done done;
    std::uint64_t records = 1;  ///< that it stands for
  };

  bool repeats_the_last(const AuditRecord& record);
  bool enqueue(Waiting waiting, bool urgent);
  void run();
  /// What is to be written now, perhaps nothing; none when the thread is to end.
  std::optional<std::vector<Waiting>> next_batch();
  void write(std::vector<Waiting> batch);
  void write_lessons();
  void keep_witness();

  boost::asio::any_io_executor executor_;
  Store store_;
  Limits limits_;
  std::string witness_path_;
  OnStored on_stored_;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Waiting> waiting_;
  bool urgent_ = false;
  bool ending_ = false;
  bool last_try_ = false;
  bool witnessing_ = false;
  std::string witness_problem_;
  std::uint64_t left_out_ = 0;
  Lessons lessons_;
  bool learned_ = false;
  std::string lesson_problem_;
  std::thread thread_;  ///< last: it uses all of the others
};

}  // namespace guardd::ledger
