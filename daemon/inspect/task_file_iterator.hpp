// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/result.hpp"
#include "daemon/inspect/descriptor_tables.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"

/// The kernel's own pass over all open descriptors, a BPF iterator over task_file (bpf/task_file.bpf.c): one read in
/// place of a readlink(2) for each. It is loaded once, by a process that has the privileges, and whoever has its link
/// can make passes.
namespace guardd::walk {

/// Loads the program and attaches it; the descriptor of the link. Takes some 20 ms and CAP_SYS_ADMIN, or CAP_BPF and
/// CAP_PERFMON. An error says why there is none: no privilege, a kernel without BTF or before 5.11, a kernel that is
/// locked down, or a build without BPF.
Result<Fd> load_task_file_iterator();

/// One pass over the tasks of the caller's pid namespace. An error for one that was cut short, is not done by
/// `deadline_us` (monotonic_now_us), or does not show the caller itself: then it sees other tasks than the caller's
/// /proc, or names them differently.
Result<DescriptorTables> pass_over_task_files(int link, std::int64_t deadline_us);

/// How a look makes its passes.
struct IteratorAtHand {
  /// One that ends by then (monotonic_now_us); empty where there is no iterator.
  std::function<Result<DescriptorTables>(std::int64_t deadline_us)> pass = {};
  std::string why_not = "it was not loaded";  ///< where there is none
};
/// `link` stays the caller's.
IteratorAtHand iterator_at_hand(const Result<Fd>& link);

}  // namespace guardd::walk

namespace guardd {

/// The inspectors "processes" and "open_files" with what was loaded for them; without, they go by readlink(2).
ProcessesOutput inspect_processes(const ProcessesInput& input, const HostRoot& root,
                                  const walk::IteratorAtHand& iterator);

}  // namespace guardd
