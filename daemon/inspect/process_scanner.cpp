// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/process_scanner.hpp"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "daemon/inspect/namespaces.hpp"
#include "daemon/inspect/path_kinds.hpp"
#include "daemon/inspect/report.hpp"
#include "procfs/cgroup.hpp"
#include "procfs/cmdline.hpp"
#include "procfs/escapes.hpp"
#include "procfs/fields.hpp"
#include "procfs/process_status.hpp"

namespace guardd::walk {
namespace {

constexpr std::size_t max_stat_bytes = std::size_t{8} * 1024;
constexpr std::size_t max_status_bytes = 1U << 20U;  // a line of supplementary groups has 65536 of them at most
constexpr std::size_t max_cgroup_bytes = std::size_t{256} * 1024;
/// Of a command line; the longest that a service was seen with, a Java one's class path, had some 30 KiB.
constexpr std::size_t max_cmdline_bytes = std::size_t{256} * 1024;
constexpr std::size_t max_kept_arguments_bytes = std::size_t{32} * 1024;

Fd open_directory(int at, const char* path, int how) {
  return Fd(::openat(at, path, how | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

/// Whether two threads share a thing, kcmp(2); where the kernel doesn't say, they don't, and both are looked at.
bool shares(std::int32_t thread, std::int32_t other, int what) {
  return ::syscall(SYS_kcmp, thread, other, what, 0UL, 0UL) == 0;
}

}  // namespace

void ProcessScanner::scan(std::int32_t pid) {
  const FindingsMark mark(findings_);
  attempt(pid);
  // While it changed its program, lost threads or ended, what was asked may have been refused for a moment.
  for (int again = 0; again < 2; ++again) {
    if (!trouble_.any() || !still_lives(pid, start_ticks_)) return;
    mark.take_back(findings_);
    attempt(pid);
  }
  if (!trouble_.any() || !still_lives(pid, start_ticks_)) return;
  const std::string who = "process " + std::to_string(pid) + " (" + comm_ + "): cannot read ";
  if (const auto& what = trouble_.of_process(); !what.empty()) {
    add_problem(findings_.process_problems, who + "what it is: " + what);
  }
  if (const auto& what = trouble_.of_files(); !what.empty()) {
    add_problem(findings_.file_problems, who + "its open files: " + what);
  }
}

bool ProcessScanner::still_lives(std::int32_t pid, std::uint64_t start_ticks) {
  const Fd directory = open_directory(context_.proc, std::to_string(pid).c_str(), O_PATH);
  if (!directory) return !has_ended(errno);
  const int error = stat_text_.read_file(directory.get(), "stat", max_stat_bytes);
  if (error != 0) return !has_ended(error);
  const auto stat = parse_stat(stat_text_.text());
  if (!stat) return true;
  if (start_ticks != 0 && stat->start_ticks != start_ticks) return false;
  return !stat->leader_exited() || stat->num_threads > 1;
}

bool ProcessScanner::read_stat(int directory, ProcessStat& stat) {
  const int error = stat_text_.read_file(directory, "stat", max_stat_bytes);
  if (has_ended(error)) return false;
  if (error != 0) {
    trouble_.note_process("stat", error);
    return false;
  }
  auto parsed = parse_stat(stat_text_.text());
  if (!parsed) {
    trouble_.note_process(parsed.error().message, 0);
    return false;
  }
  stat = std::move(parsed.value());
  return true;
}

void ProcessScanner::attempt(std::int32_t pid) {
  trouble_ = {};
  comm_.clear();
  start_ticks_ = 0;
  const Fd process = open_directory(context_.proc, std::to_string(pid).c_str(), O_PATH);
  if (!process) {
    if (has_ended(errno)) return;
    trouble_.note_process("its directory in /proc", errno);
  }
  Subject subject;
  subject.pid = pid;
  if (process && !read_stat(process.get(), subject.stat) && !trouble_.any()) return;
  comm_ = subject.stat.comm;
  start_ticks_ = subject.stat.start_ticks;
  findings_.seen.push_back({pid, start_ticks_});
  if (trouble_.any()) return;
  if (subject.stat.kernel_thread()) return;

  // An exited leader hides everything from /proc/PID while other threads use it: proc(5), "/proc/pid/fd".
  Fd thread;
  subject.directory = process.get();
  subject.thread = pid;
  subject.thread_start_ticks = subject.stat.start_ticks;
  if (subject.stat.leader_exited()) {
    if (subject.stat.num_threads <= 1) return;
    thread = living_thread(process.get(), subject);
    if (!thread) return;
    subject.directory = thread.get();
  }
  if (!read_identity(subject)) return;

  const auto service = context_.services.match({subject.exe, subject.stat.comm, arguments_});
  const std::string service_name = service ? context_.services.recognition(service->recognition).service : "";
  const FindingsMark before_files(findings_);
  files_.begin({pid, subject.directory, subject.mnt_ns, subject.exe, service_name}, trouble_);
  const std::int64_t files_began_us = monotonic_now_us();
  descriptors_.read({subject.thread, subject.thread_start_ticks, subject.directory}, trouble_);
  scan_maps(subject.directory);
  findings_.files_us += monotonic_now_us() - files_began_us;
  if (subject.stat.num_threads > 1 && trouble_.of_files().empty()) {
    scan_other_threads(subject, process.get());
    // If the thread looked through has ended meanwhile, what it showed is not all that the others have.
    ProcessStat after;
    if (!read_stat(subject.directory, after) || after.leader_exited()) trouble_.note_files("its thread ended", EAGAIN);
  }

  if (files_.found_data() && !service && is_own_worker(subject)) {
    before_files.take_back(findings_);
    return;
  }
  if (service || files_.found_data()) add_process(subject, service ? &*service : nullptr, service_name);
}

Fd ProcessScanner::living_thread(int process, Subject& subject) {
  const Fd tasks = open_directory(process, "task", O_RDONLY);
  if (!tasks) {
    if (!has_ended(errno)) trouble_.note_files("task", errno);
    return Fd();
  }
  Fd found;
  bool others = false;
  bool gone = false;
  const int error = for_each_entry(tasks.get(), tasks_, [&](const char* name) {
    const auto id = procfs::parse_number<std::int32_t>(name);
    if (!id || *id == subject.pid) return true;
    others = true;
    Fd directory = open_directory(tasks.get(), name, O_PATH);
    ProcessStat stat;
    if (!directory || !read_stat(directory.get(), stat)) {
      gone = true;
      return true;
    }
    if (stat.leader_exited()) return true;
    found = std::move(directory);
    subject.thread = *id;
    subject.thread_start_ticks = stat.start_ticks;
    return false;
  });
  if (error != 0 && !has_ended(error)) trouble_.note_files("task", error);
  // Threads that ended while they were listed may have left what they held to others, which are not in the list.
  ProcessStat after;
  if (!found && (gone || !others) && read_stat(process, after) && after.num_threads > 1) {
    trouble_.note_files("its threads come and go", EAGAIN);
  }
  return found;
}

bool ProcessScanner::read_link(int directory, const char* path, bool about_files, std::string& target) {
  const int error = link_.read_link(directory, path);
  if (error == 0) {
    target = link_.text();
    return true;
  }
  // A process that is about to end has no program, directory or namespaces any more.
  if (has_ended(error)) return false;
  if (about_files) {
    trouble_.note_files(path, error);
  } else {
    trouble_.note_process(path, error);
  }
  return false;
}

bool ProcessScanner::read_identity(Subject& subject) {
  const int error = cmdline_.read_file(subject.directory, "cmdline", max_cmdline_bytes);
  if (has_ended(error)) return false;
  subject.cmdline_cut = error == EFBIG;
  if (error != 0 && error != EFBIG) trouble_.note_process("cmdline", error);
  parse_cmdline(cmdline_.text(), arguments_);

  if (read_link(subject.directory, "exe", false, subject.exe)) {
    std::string_view exe = subject.exe;
    subject.exe_deleted = procfs::strip_deleted(exe);
    subject.exe.resize(exe.size());
  }
  if (const auto mnt_ns = mount_namespace(subject.directory)) {
    subject.mnt_ns = *mnt_ns;
    note_namespace(subject, subject.pid, subject.directory, *mnt_ns);
  }
  if (read_link(subject.directory, "cwd", true, subject.cwd) && may_hold_data(subject.cwd)) {
    findings_.busy.add_cwd(subject.mnt_ns, subject.pid, subject.cwd);
  }
  return true;
}

std::optional<std::uint64_t> ProcessScanner::mount_namespace(int directory) {
  std::string link;
  if (!read_link(directory, "ns/mnt", false, link)) return std::nullopt;
  const auto inode = parse_namespace_link(link, "mnt");
  if (!inode) trouble_.note_process("ns/mnt", EINVAL);
  return inode;
}

void ProcessScanner::note_namespace(const Subject& subject, std::int32_t task, int directory, std::uint64_t mnt_ns) {
  NamespaceCandidate candidate{task, subject.stat.start_ticks, true};
  auto& best = findings_.mount_namespaces[mnt_ns];
  if (best.pid != 0 && !candidate.better_than(best)) return;
  // d_path() makes "/" of a root that is the namespace's own.
  candidate.whole_root = link_.read_link(directory, "root") == 0 && link_.text() == "/";
  if (best.pid == 0 || candidate.better_than(best)) best = candidate;
}

void ProcessScanner::scan_maps(int directory) {
  const Fd maps(::openat(directory, "maps", O_RDONLY | O_CLOEXEC));
  if (!maps) {
    if (!has_ended(errno)) trouble_.note_files("maps", errno);
    return;
  }
  std::size_t kept = 0;
  std::string_view last_path;
  while (!context_.out_of_time()) {
    const ssize_t got = ::read(maps.get(), entries_.data() + kept, entries_.size() - kept);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      if (!has_ended(errno)) trouble_.note_files("maps", errno);
      return;
    }
    if (got == 0) break;
    std::string_view text(entries_.data(), kept + static_cast<std::size_t>(got));
    last_path = {};
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      const auto map = parse_map_line(text.substr(0, end));
      text.remove_prefix(end + 1);
      if (!map) {
        trouble_.note_files(map.error().message, 0);
      } else if (*map && (*map)->path != last_path) {
        // A library's sections follow each other.
        last_path = (*map)->path;
        files_.mapping(**map);
      }
    }
    kept = text.size();
    if (kept == entries_.size()) break;
    std::memmove(entries_.data(), text.data(), kept);
  }
  if (kept != 0 && !context_.out_of_time()) trouble_.note_files("maps: a line without an end", 0);
}

void ProcessScanner::scan_other_threads(const Subject& subject, int process) {
  const Fd tasks = open_directory(process, "task", O_RDONLY);
  if (!tasks) {
    if (!has_ended(errno)) trouble_.note_files("task", errno);
    return;
  }
  const int error = for_each_entry(tasks.get(), tasks_, [&](const char* name) {
    scan_thread(subject, tasks.get(), name);
    return !context_.out_of_time();
  });
  if (error != 0 && !has_ended(error)) trouble_.note_files("task", error);
}

/// Threads share their descriptors, and their working directory and mount namespace, unless one has called unshare(2):
/// CLONE_NEWNS there implies CLONE_FS.
void ProcessScanner::scan_thread(const Subject& subject, int tasks, const char* name) {
  const auto id = procfs::parse_number<std::int32_t>(name);
  if (!id || *id == subject.thread) return;
  if (*id == subject.pid && subject.stat.leader_exited()) return;
  const bool same_files = context_.live && shares(subject.thread, *id, KCMP_FILES);
  const bool same_directory = context_.live && shares(subject.thread, *id, KCMP_FS);
  if (same_files && same_directory) return;
  const Fd directory = open_directory(tasks, name, O_PATH);
  if (!directory) {
    if (!has_ended(errno)) trouble_.note_files(std::string("task/") + name, errno);
    return;
  }
  if (!same_files) {
    ProcessStat stat;
    if (!read_stat(directory.get(), stat)) return;
    descriptors_.read({*id, stat.start_ticks, directory.get()}, trouble_);
  }
  if (same_directory) return;
  const std::uint64_t mnt_ns = mount_namespace(directory.get()).value_or(subject.mnt_ns);
  if (mnt_ns != subject.mnt_ns) note_namespace(subject, *id, directory.get(), mnt_ns);
  std::string cwd;
  if (read_link(directory.get(), "cwd", true, cwd) && may_hold_data(cwd)) {
    findings_.busy.add_cwd(mnt_ns, subject.pid, cwd);
  }
}

bool ProcessScanner::is_own_worker(const Subject& subject) const {
  return !context_.own_exe.empty() && context_.own_parent > 1 && subject.stat.ppid == context_.own_parent &&
         subject.exe == context_.own_exe;
}

void ProcessScanner::add_process(const Subject& subject, const ServiceMatch* service, const std::string& service_name) {
  ProcessFact fact;
  fact.pid = subject.pid;
  fact.ppid = subject.stat.ppid;
  fact.start_ticks = subject.stat.start_ticks;
  fact.comm = subject.stat.comm;
  fact.exe = subject.exe;
  fact.exe_deleted = subject.exe_deleted;
  fact.cwd = subject.cwd;
  fact.service = service_name;
  std::size_t kept = 0;
  for (const std::string_view argument : arguments_) {
    kept += argument.size() + 1;
    if (kept > max_kept_arguments_bytes) break;
    fact.args.emplace_back(argument);
  }
  if (service != nullptr) {
    fact.matched_by = service->by;
    fact.data_paths =
        data_paths(context_.services.recognition(service->recognition).datadir_arguments, arguments_, subject.cwd);
    if (subject.cmdline_cut) trouble_.note_process("its command line is too long to be read whole", 0);
  }
  fact.socket_inodes = std::move(files_.sockets());

  if (const int error = text_.read_file(subject.directory, "status", max_status_bytes); error == 0) {
    if (const auto status = parse_status(text_.text())) {
      fact.uid = status->uid;
    } else {
      trouble_.note_process(status.error().message, 0);
    }
  } else if (!has_ended(error)) {
    trouble_.note_process("status", error);
  }
  if (const int error = text_.read_file(subject.directory, "cgroup", max_cgroup_bytes); error == 0) {
    if (auto place = parse_cgroup(text_.text())) {
      fact.cgroup = std::move(place->path);
      fact.unit = std::move(place->unit);
    } else {
      trouble_.note_process(place.error().message, 0);
    }
  } else if (!has_ended(error)) {
    trouble_.note_process("cgroup", error);
  }
  if (auto namespaces = read_namespaces(subject.directory)) {
    fact.ns = *namespaces;
  } else if (namespaces.error().code != "enoent" && namespaces.error().code != "esrch") {
    trouble_.note_process(namespaces.error().message, 0);
  }
  findings_.processes.push_back(std::move(fact));
}

}  // namespace guardd::walk
