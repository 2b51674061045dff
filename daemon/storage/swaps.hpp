// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace guardd {

struct SwapEntry {
  std::string path;      ///< of the device node or the file, as seen from PID 1's root
  bool is_file = false;  ///< otherwise a block device ("partition")
  bool deleted = false;  ///< its name is gone: what it is can't be told from here
};

/// /proc/swaps, proc_swaps(5): swap_show() in the kernel's mm/swapfile.c. A line that can't be read is an error
/// ("bad_swaps").
Result<std::vector<SwapEntry>> parse_swaps(std::string_view text);

/// PROC/swaps. None on a kernel without swap, which has no such file.
Result<std::vector<SwapEntry>> read_swaps(const std::string& proc);

}  // namespace guardd
