// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/inspect/findings.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/namespaces.hpp"
#include "daemon/inspect/process_list.hpp"
#include "daemon/inspect/process_scanner.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "daemon/inspect/walk_context.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "procfs/process_stat.hpp"

namespace guardd {
namespace {

using walk::Findings;
using walk::WalkContext;

/// Processes that came while the others were looked at may have taken over what those had, so they are looked at too,
/// and so are those that came meanwhile, until nobody has come: then whoever lives was looked at after everybody before
/// him. In a storm of processes that never is. What goes unseen then must have changed hands in every round, each of
/// which takes some milliseconds, and have left each hand before it was looked at; a service that moves to the
/// background does so twice (daemon(7)). Who was there at the start and stays is looked at in the first round, come
/// what may.
constexpr int rounds_for_newcomers = 8;
/// Of the time that is left. A pass takes some 100 ms for 200,000 descriptors; where it takes this long, what remains
/// must do for the walk without it.
constexpr std::int64_t part_for_the_pass = 3;
/// A second thread for fewer than this costs more than it saves.
constexpr std::size_t worth_a_thread = 32;

class Walk {
 public:
  Walk(WalkContext& context, std::int64_t deadline_ms, const walk::IteratorAtHand& iterator)
      : context_(context), deadline_ms_(deadline_ms), iterator_(iterator) {}

  /// Looks at these alone.
  void run(const std::vector<std::int32_t>& pids) {
    if (!scan(pids)) fail(late_message(pids.size()));
  }

  void run() {
    if (look_at_everybody()) follow_what_moved();
  }

  /// Of all descriptors there were, those that were not worth a row too.
  [[nodiscard]] std::uint64_t descriptors() const {
    return (pass_ ? pass_->descriptors() : 0) + first.descriptors + second.descriptors;
  }
  /// What descriptors and mappings alone took. The two threads work at the same time.
  [[nodiscard]] std::int64_t files_us() const { return pass_us_ + std::max(first.files_us, second.files_us); }
  /// Of processes that were there to look at, kernel threads too.
  [[nodiscard]] std::uint64_t seen() const { return start_ticks_.size() + first.seen.size() + second.seen.size(); }

  Findings first;
  Findings second;
  std::vector<std::string> problems;  ///< of the walk as a whole
  std::string why_no_pass;            ///< empty when there was a complete pass of the iterator

 private:
  /// False when that could not be done.
  bool look_at_everybody() {
    const auto last_before = walk::last_pid(context_.proc);
    auto pids = walk::list_processes(context_.proc);
    if (!pids) return fail(pids.error().message);
    pass_over_descriptors();
    for (int round = 0; !pids->empty(); ++round) {
      if (!scan(*pids)) return fail(late_message(pids->size()));
      if (round == rounds_for_newcomers) return true;
      // Newcomers are looked at as they are after the others were: what those had may have come to them since the pass.
      context_.tables = nullptr;
      pids = walk::list_processes(context_.proc);
      if (!pids) return fail(pids.error().message);
      keep_newcomers(*pids, last_before);
    }
    return true;
  }

  /// A file that matters and that the pass saw with one process may have gone to another that had been passed by, by
  /// SCM_RIGHTS for instance. Who has it now is looked at again. Where that can't be told it may be somebody who was
  /// judged by the first pass, in which he did not have it.
  void follow_what_moved() {
    std::set<std::string, std::less<>> moved = std::move(first.moved);
    moved.merge(second.moved);
    if (moved.empty()) return;
    const auto now = make_pass();
    if (!now) {
      problems.push_back("files changed hands during the look, and who has them now could not be told: " +
                         now.error().message);
      return;
    }
    Findings again;
    const auto scanner = std::make_unique<walk::ProcessScanner>(context_, again);
    context_.tables = nullptr;
    for (const std::int32_t pid : now->holders(moved)) {
      if (context_.out_of_time()) problems.push_back("out of time: not all that changed hands was followed");
      if (context_.late) break;
      scanner->scan(pid);
    }
    walk::replace_facts({&first, &second}, std::move(again));
  }

  bool fail(std::string problem) {
    problems.push_back(std::move(problem));
    return false;
  }

  [[nodiscard]] std::string late_message(std::size_t of) const {
    return "out of time after " + std::to_string(deadline_ms_) + " ms: not all of " + std::to_string(of) +
           " processes were looked at";
  }

  Result<walk::DescriptorTables> make_pass() {
    const std::int64_t now_us = monotonic_now_us();
    return iterator_.pass(now_us + (context_.deadline_us - now_us) / part_for_the_pass);
  }

  /// After the processes were listed, so that whoever came in between is among them or among the newcomers.
  void pass_over_descriptors() {
    if (!why_no_pass.empty()) return;
    const std::int64_t began_us = monotonic_now_us();
    pass_ = make_pass();
    pass_us_ = monotonic_now_us() - began_us;
    if (!pass_) {
      why_no_pass = pass_.error().message;
      return;
    }
    context_.tables = &*pass_;
  }

  /// False when the time did not suffice.
  bool scan(const std::vector<std::int32_t>& pids) {
    std::atomic<std::size_t> next{0};
    const auto work = [&](Findings& findings) {
      // Large buffers: not for a thread's stack.
      const auto scanner = std::make_unique<walk::ProcessScanner>(context_, findings);
      for (std::size_t i = next++; i < pids.size() && !context_.out_of_time(); i = next++) scanner->scan(pids[i]);
    };
    if (pids.size() < worth_a_thread) {
      work(first);
    } else {
      std::thread helper(work, std::ref(second));
      work(first);
      helper.join();
    }
    return !context_.late;
  }

  /// Leaves those that have not been seen yet, also where a number has got a new process.
  void keep_newcomers(std::vector<std::int32_t>& pids, std::optional<std::int32_t> last_before) {
    for (Findings* findings : {&first, &second}) {
      for (const walk::SeenProcess& process : findings->seen) start_ticks_[process.pid] = process.start_ticks;
      findings->seen.clear();
    }
    const auto last_now = walk::last_pid(context_.proc);
    std::erase_if(pids, [&](std::int32_t pid) {
      const auto known = start_ticks_.find(pid);
      if (known == start_ticks_.end()) return false;
      if (last_before && last_now && !walk::is_newer(pid, *last_before, *last_now)) return true;
      const std::string path = std::to_string(pid) + "/stat";
      if (text_.read_file(context_.proc, path.c_str(), std::size_t{8} * 1024) != 0) return true;
      const auto stat = parse_stat(text_.text());
      // What can't be read now could not be read before, and that has been said.
      return !stat.ok() || stat->start_ticks == known->second;
    });
  }

  WalkContext& context_;
  std::int64_t deadline_ms_;
  const walk::IteratorAtHand& iterator_;
  Result<walk::DescriptorTables> pass_ = Error{};
  std::int64_t pass_us_ = 0;
  std::unordered_map<std::int32_t, std::uint64_t> start_ticks_;  ///< of those seen, by pid
  walk::TextBuffer text_;
};

std::vector<NamespaceSample> samples(const Findings& first, const Findings& second) {
  auto best = first.mount_namespaces;
  for (const auto& [inode, candidate] : second.mount_namespaces) {
    const auto [known, added] = best.emplace(inode, candidate);
    if (!added && candidate.better_than(known->second)) known->second = candidate;
  }
  std::vector<NamespaceSample> list;
  list.reserve(best.size());
  for (const auto& [inode, candidate] : best) list.push_back({inode, candidate.pid});
  // PID 1's comes first by its number.
  std::sort(list.begin(), list.end(), [](const NamespaceSample& a, const NamespaceSample& b) { return a.pid < b.pid; });
  return list;
}

/// A process whose namespaces, or PID 1's, can't be told is taken for a container's: it is trusted less.
void mark_contained(std::vector<ProcessFact>& processes, int proc) {
  const Fd first(::openat(proc, "1", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto host = first ? read_namespaces(first.get()) : Result<Namespaces>(Error{});
  for (ProcessFact& process : processes) {
    process.contained =
        !host || process.ns.mnt != host->mnt || process.ns.pid != host->pid || process.ns.user != host->user;
  }
}

ProcessesOutput put_together(Walk& walk, int proc) {
  ProcessesOutput output;
  output.processes = std::move(walk.first.processes);
  walk::move_to_end(output.processes, std::move(walk.second.processes));
  output.open_files = std::move(walk.first.open_files);
  walk::move_to_end(output.open_files, std::move(walk.second.open_files));
  output.open_devices = std::move(walk.first.open_devices);
  walk::move_to_end(output.open_devices, std::move(walk.second.open_devices));
  const auto by_pid = [](const auto& a, const auto& b) { return a.pid < b.pid; };
  std::stable_sort(output.processes.begin(), output.processes.end(), by_pid);
  std::stable_sort(output.open_files.begin(), output.open_files.end(), by_pid);
  std::stable_sort(output.open_devices.begin(), output.open_devices.end(), by_pid);
  mark_contained(output.processes, proc);

  walk.first.busy.merge(walk.second.busy);
  output.busy_directories = walk.first.busy.list(output.busy_directories_complete);
  output.mount_namespaces = samples(walk.first, walk.second);
  output.descriptors_seen = walk.descriptors();
  return output;
}

/// Empty where it is to be used. It goes over this machine's processes, and not over those of a captured tree.
std::string why_no_iterator(const ProcessesInput& input, const walk::IteratorAtHand& iterator, bool live) {
  if (!live) return "it is another /proc";
  if (input.readlink_only) return "guardd is configured so";
  return iterator.pass ? std::string() : iterator.why_not;
}

}  // namespace

ProcessesOutput inspect_processes(const ProcessesInput& input, const HostRoot& root,
                                  const walk::IteratorAtHand& iterator) {
  const std::int64_t start_us = monotonic_now_us();
  const Fd proc(::open(root.proc.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const walk::NameMatcher data_files(input.recognitions);
  const walk::ServiceMatcher services(input.recognitions);
  WalkContext context{input.recognitions, data_files, services, proc.get()};
  context.live = root.proc == "/proc";
  context.deadline_us = start_us + input.deadline_ms * 1000;
  if (auto own = read_link_at(AT_FDCWD, (root.proc + "/self/exe").c_str())) {
    context.own_parent = ::getppid();
    context.own_exe = std::move(own.value());
  }

  Walk walk(context, input.deadline_ms, iterator);
  if (input.pids.empty()) {
    walk.why_no_pass = why_no_iterator(input, iterator, context.live);
    walk.run();
  } else {
    walk.why_no_pass = "only some processes are looked at";
    walk.run(input.pids);
  }
  ProcessesOutput output = put_together(walk, proc.get());
  output.processes_seen = walk.seen();
  output.scan.method = walk.why_no_pass.empty() ? "bpf_iterator" : "readlink";
  output.scan.why_not = walk.why_no_pass;

  auto process_problems = walk.problems;
  walk::move_to_end(process_problems, std::move(walk.first.process_problems));
  walk::move_to_end(process_problems, std::move(walk.second.process_problems));
  auto file_problems = walk.problems;
  walk::move_to_end(file_problems, std::move(walk.first.file_problems));
  walk::move_to_end(file_problems, std::move(walk.second.file_problems));
  output.reports.push_back(make_report("processes", std::move(process_problems), start_us));
  output.reports.push_back(make_report("open_files", std::move(file_problems), start_us));
  output.reports.back().duration_us = walk.files_us();
  return output;
}

ProcessesOutput inspect_processes(const ProcessesInput& input, const HostRoot& root) {
  return inspect_processes(input, root, walk::IteratorAtHand{});
}

}  // namespace guardd
