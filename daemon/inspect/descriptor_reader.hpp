// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/inspect/descriptor_tables.hpp"
#include "daemon/inspect/file_collector.hpp"
#include "daemon/inspect/proc_io.hpp"
#include "daemon/inspect/walk_context.hpp"

namespace guardd::walk {

/// A task, and its directory in /proc.
struct Task {
  std::int32_t id = 0;
  std::uint64_t start_ticks = 0;
  int directory = -1;
};

/// Shows a collector every descriptor of a task: those that the kernel's iterator told of where there was a pass and it
/// saw the task, or by readlink(2) of each.
class DescriptorReader {
 public:
  DescriptorReader(WalkContext& context, Findings& findings, FileCollector& files)
      : context_(context), findings_(findings), files_(files) {}

  void read(const Task& task, Trouble& trouble);

 private:
  bool read_rows(const Task& task, DescriptorRows rows, Trouble& trouble);
  bool is_still_so(const Task& task, const DescriptorRow& row);
  void read_links(const Task& task, Trouble& trouble);
  bool read_link(const Task& task, int at, const char* path, const char* name, Trouble& trouble);

  WalkContext& context_;
  Findings& findings_;
  FileCollector& files_;
  std::vector<DescriptorRow> closer_;  ///< rows that the descriptor itself must be asked about
  LinkBuffer link_;
  EntryBuffer entries_;
};

}  // namespace guardd::walk
