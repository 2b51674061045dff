// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/busy_directories.hpp"

namespace guardd::walk {

struct SeenProcess {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
};

/// Through whom a mount namespace can be looked at: best a process whose root is the namespace's own, which others then
/// see by /proc/PID/root, and one that has lived long.
struct NamespaceCandidate {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
  bool whole_root = false;

  [[nodiscard]] bool better_than(const NamespaceCandidate& other) const {
    if ((pid == 1) != (other.pid == 1)) return pid == 1;
    if (whole_root != other.whole_root) return whole_root;
    return start_ticks < other.start_ticks || (start_ticks == other.start_ticks && pid < other.pid);
  }
};

/// What one thread of the walk found.
struct Findings {
  std::vector<ProcessFact> processes;
  std::vector<OpenFileFact> open_files;
  std::vector<OpenDeviceFact> open_devices;
  BusyDirectories busy;
  std::unordered_map<std::uint64_t, NamespaceCandidate> mount_namespaces;  ///< by inode
  std::vector<SeenProcess> seen;
  std::uint64_t descriptors = 0;
  std::int64_t files_us = 0;  ///< what descriptors and mappings took, in this thread
  /// Files that matter and that the iterator's pass saw with a process which had them no longer when it was looked at.
  std::set<std::string, std::less<>> moved;
  std::vector<std::string> process_problems;  ///< of the inspector "processes"
  std::vector<std::string> file_problems;     ///< of the inspector "open_files"
};

template <typename T>
void move_to_end(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Puts what a second look at some processes found in the place of what the first ones found of them. Of a process that
/// has ended meanwhile there is nothing new, and the old stays.
void replace_facts(std::array<Findings*, 2> earlier, Findings again);

/// How much there was before a process was looked at, to take back what a look that is tried again has added.
class FindingsMark {
 public:
  explicit FindingsMark(const Findings& findings)
      : processes_(findings.processes.size()),
        open_files_(findings.open_files.size()),
        open_devices_(findings.open_devices.size()),
        seen_(findings.seen.size()),
        descriptors_(findings.descriptors) {}
  void take_back(Findings& findings) const {
    findings.processes.resize(processes_);
    findings.open_files.resize(open_files_);
    findings.open_devices.resize(open_devices_);
    findings.seen.resize(seen_);
    findings.descriptors = descriptors_;
  }

 private:
  std::size_t processes_;
  std::size_t open_files_;
  std::size_t open_devices_;
  std::size_t seen_;
  std::uint64_t descriptors_;
};

/// The first thing about a process that each of the two inspectors could not read.
class Trouble {
 public:
  /// `error` is an errno, or 0 where `what` says it all.
  void note_process(std::string_view what, int error) { note(process_, what, error); }
  void note_files(std::string_view what, int error) { note(files_, what, error); }

  [[nodiscard]] bool any() const { return !process_.empty() || !files_.empty(); }
  [[nodiscard]] const std::string& of_process() const { return process_; }
  [[nodiscard]] const std::string& of_files() const { return files_; }

 private:
  static void note(std::string& place, std::string_view what, int error);
  std::string process_;
  std::string files_;
};

}  // namespace guardd::walk
