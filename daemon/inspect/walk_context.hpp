// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/recognition.hpp"
#include "daemon/inspect/descriptor_tables.hpp"
#include "daemon/inspect/name_matcher.hpp"
#include "daemon/inspect/service_matcher.hpp"
#include "os/clock.hpp"

namespace guardd::walk {

/// What the threads of one walk share; all of it constant while they run, but `late`.
struct WalkContext {
  const std::vector<Recognition>& recognitions;
  const NameMatcher& data_files;
  const ServiceMatcher& services;
  int proc = -1;  ///< descriptor of /proc
  /// The ids there are those that system calls take: kcmp(2) may be asked about them. Not so in a captured tree.
  bool live = true;
  std::int64_t deadline_us = 0;  ///< monotonic_now_us
  /// guardd's other workers read data files too, in looks that go on at the same time: children of this process's
  /// parent that run this very program. Empty where they can't be told.
  std::int32_t own_parent = 0;
  std::string own_exe = {};
  /// What a pass of the kernel's iterator told, or nullptr; it began after the processes were listed.
  const DescriptorTables* tables = nullptr;
  std::atomic<bool> late = false;

  /// True once the deadline has passed, for good.
  bool out_of_time() {
    if (!late.load(std::memory_order_relaxed) && monotonic_now_us() >= deadline_us) late = true;
    return late.load(std::memory_order_relaxed);
  }
};

}  // namespace guardd::walk
