// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inspect/descriptor_reader.hpp"
#include "daemon/inspect/file_collector.hpp"
#include "daemon/inspect/findings.hpp"
#include "daemon/inspect/proc_io.hpp"
#include "daemon/inspect/walk_context.hpp"
#include "os/fd.hpp"
#include "procfs/process_stat.hpp"

namespace guardd::walk {

/// Looks at one process after the other, for one thread of the walk.
class ProcessScanner {
 public:
  ProcessScanner(WalkContext& context, Findings& findings)
      : context_(context),
        findings_(findings),
        files_(context.recognitions, context.data_files, findings),
        descriptors_(context, findings, files_) {}

  /// Adds what there is of `pid`. Nothing if it has ended; a problem if it lives and can't be read, not by a third try
  /// either.
  void scan(std::int32_t pid);

 private:
  /// What a process is, as far as every process is asked.
  struct Subject {
    std::int32_t pid = 0;
    ProcessStat stat;
    int directory = -1;  ///< /proc/PID, or of a living thread where the leader has exited
    std::int32_t thread = 0;
    std::uint64_t thread_start_ticks = 0;
    std::string exe;
    bool exe_deleted = false;
    std::string cwd;
    std::uint64_t mnt_ns = 0;
    bool cmdline_cut = false;
  };

  void attempt(std::int32_t pid);
  bool read_stat(int directory, ProcessStat& stat);
  [[nodiscard]] bool still_lives(std::int32_t pid, std::uint64_t start_ticks);
  Fd living_thread(int process, Subject& subject);
  bool read_identity(Subject& subject);
  bool read_link(int directory, const char* path, bool about_files, std::string& target);
  /// `task` is the process's number or a thread's, `directory` that one's in /proc.
  void note_namespace(const Subject& subject, std::int32_t task, int directory, std::uint64_t mnt_ns);
  /// The mount namespace of a task that may be asked for its namespaces; nothing where it has ended or it can't be
  /// told.
  std::optional<std::uint64_t> mount_namespace(int directory);

  void scan_maps(int directory);
  void scan_other_threads(const Subject& subject, int process);
  void scan_thread(const Subject& subject, int tasks, const char* name);
  void add_process(const Subject& subject, const ServiceMatch* service, const std::string& service_name);
  [[nodiscard]] bool is_own_worker(const Subject& subject) const;

  WalkContext& context_;
  Findings& findings_;
  FileCollector files_;
  DescriptorReader descriptors_;
  Trouble trouble_;

  std::string comm_;  ///< of the process that is or was looked at last
  std::uint64_t start_ticks_ = 0;
  TextBuffer stat_text_;
  TextBuffer cmdline_;
  TextBuffer text_;
  LinkBuffer link_;
  EntryBuffer entries_;
  EntryBuffer tasks_;
  std::vector<std::string_view> arguments_;
};

}  // namespace guardd::walk
