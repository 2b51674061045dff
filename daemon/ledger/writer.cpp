// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/writer.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <optional>
#include <utility>

#include "daemon/ledger/witness.hpp"
#include "os/clock.hpp"

namespace guardd::ledger {
namespace {

namespace asio = boost::asio;

Change left_out(std::uint64_t count) {
  Change change;
  change.record.wall_s = wall_now_s();
  change.record.kind = "left_out";
  change.record.what["records"] = count;
  return change;
}

/// A thread that takes no signals: they are the loop's.
std::thread without_signals(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

Writer::Writer(asio::any_io_executor executor, Store store, Limits limits, std::string witness_path, OnStored on_stored)
    : executor_(std::move(executor)),
      store_(std::move(store)),
      limits_(limits),
      witness_path_(std::move(witness_path)),
      on_stored_(std::move(on_stored)) {
  thread_ = without_signals([this] { run(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

bool Writer::repeats_the_last(const AuditRecord& record) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty() || waiting_.back().done) return false;
  Waiting& last = waiting_.back();
  const AuditRecord& other = last.change.record;
  if (record.kind != other.kind || record.actor != other.actor || record.what != other.what) return false;
  ++last.records;
  return true;
}

bool Writer::enqueue(Waiting waiting, bool urgent) {
  bool wakes = urgent;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits_.waiting) return false;
    waiting_.push_back(std::move(waiting));
    urgent_ = urgent_ || urgent;
    // One more late record is no news to a thread that waits for company.
    wakes = wakes || waiting_.size() == 1 || waiting_.size() >= limits_.waiting;
  }
  if (wakes) woken_.notify_one();
  return true;
}

asio::awaitable<Result<Stored>> Writer::store(Change change) {
  struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : ended(executor, asio::steady_timer::time_point::max()) {}
    std::optional<Result<Stored>> result;
    asio::steady_timer ended;
  };
  const auto waiter = std::make_shared<Waiter>(executor_);
  // The result crosses over to the loop's thread: nothing of the waiter is touched on the writer's.
  Done done = [executor = executor_, waiter](Result<Stored> result) {
    asio::post(executor, [waiter, result = std::move(result)]() mutable {
      waiter->result = std::move(result);
      waiter->ended.cancel();
    });
  };
  const bool taken = enqueue({std::move(change), std::move(done)}, true);
  if (!taken) co_return ledger_failed("more changes wait for the disk than may");
  while (!waiter->result) {
    boost::system::error_code woken;
    co_await waiter->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  co_return std::move(*waiter->result);
}

void Writer::store_late(AuditRecord record) {
  if (repeats_the_last(record)) return;
  Waiting waiting;
  waiting.change.record = std::move(record);
  if (enqueue(std::move(waiting), false)) return;
  const std::lock_guard lock(mutex_);
  ++left_out_;
}

void Writer::learn(Lessons lessons, bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    urgent_ = urgent_ || urgent;
    lessons.merge(lessons_);  // what waits already, where nothing newer was learned
    lessons_ = std::move(lessons);
    learned_ = true;
  }
  woken_.notify_one();
}

std::string Writer::lesson_problem() const {
  const std::lock_guard lock(mutex_);
  return lesson_problem_;
}

void Writer::write_lessons() {
  Lessons lessons;
  {
    const std::lock_guard lock(mutex_);
    lessons = std::exchange(lessons_, {});
  }
  if (lessons.empty()) return;
  const Result<bool> stored = store_.learn(lessons);
  const std::lock_guard lock(mutex_);
  lesson_problem_ = stored ? "" : stored.error().message;
  if (!stored) lessons_.merge(lessons);  // what was learned since is newer, and stays
}

std::optional<std::vector<Writer::Waiting>> Writer::next_batch() {
  std::unique_lock lock(mutex_);
  woken_.wait(lock, [this] { return !waiting_.empty() || urgent_ || ending_ || learned_; });
  learned_ = false;
  woken_.wait_for(lock, limits_.late, [this] { return urgent_ || ending_ || waiting_.size() >= limits_.waiting; });
  // What was left out is told of once more at the end, whether or not the disk takes it.
  if (ending_ && waiting_.empty() && (left_out_ == 0 || std::exchange(last_try_, true))) return std::nullopt;
  urgent_ = false;
  std::vector<Waiting> batch = std::exchange(waiting_, {});
  for (Waiting& one : batch) {
    if (one.records > 1) one.change.record.what["times"] = one.records;
  }
  if (left_out_ > 0) batch.push_back({left_out(left_out_), {}, std::exchange(left_out_, 0)});
  return batch;
}

void Writer::run() {
  while (std::optional<std::vector<Waiting>> batch = next_batch()) {
    write(std::move(*batch));
    write_lessons();
    keep_witness();
  }
  write_lessons();
  keep_witness();
}

void Writer::start_witness() {
  {
    const std::lock_guard lock(mutex_);
    witnessing_ = true;
    urgent_ = true;
  }
  woken_.notify_one();
}

std::string Writer::witness_problem() const {
  const std::lock_guard lock(mutex_);
  return witness_problem_;
}

/// One that is behind tells of less, and of nothing false.
void Writer::keep_witness() {
  {
    const std::lock_guard lock(mutex_);
    if (!witnessing_ || witness_path_.empty()) return;
  }
  const Result<AuditHead> head = store_.head();
  if (!head) return;
  const auto written = write_witness(witness_path_, {store_.id(), head->seq, head->hash});
  const std::lock_guard lock(mutex_);
  witness_problem_ = written ? "" : written.error().message;
}

void Writer::write(std::vector<Waiting> batch) {
  if (batch.empty()) return;
  std::vector<Change> changes;
  changes.reserve(batch.size());
  for (Waiting& one : batch) changes.push_back(std::move(one.change));
  std::vector<Result<Stored>> results = store_.apply(changes);
  std::uint64_t lost = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (results[i] && on_stored_) on_stored_(results[i]->record, results[i]->head);
    if (batch[i].done) {
      batch[i].done(std::move(results[i]));
    } else if (!results[i]) {
      lost += batch[i].records;
    }
  }
  const std::lock_guard lock(mutex_);
  left_out_ += lost;
}

}  // namespace guardd::ledger
