// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The record that daemon/inspect/bpf/task_file.bpf.c writes and descriptor_tables.cpp reads; C, for both compilers.
#pragma once

/// Longer paths are read by readlink(2): a BPF program has 512 bytes of stack, and no other memory that two passes at
/// once, on one processor, would not share.
#define GUARDD_ROW_PATH_BYTES 384

enum {
  GUARDD_ROW_PATH = 1,   ///< `size` bytes of path follow, as readlink(2) gives it
  GUARDD_ROW_SOCKET = 2, ///< `value` is the inode's number
  GUARDD_ROW_RING = 3,   ///< an io_uring
  GUARDD_ROW_UNTOLD = 4, ///< it has no path that fits
  GUARDD_ROW_CHARACTERS = 5, ///< a terminal, /dev/null: nothing is kept there
  GUARDD_ROW_END = 6,    ///< the pass is complete: `value` descriptors were looked at
};

/// Numbers are those of the pid namespace of the pass.
struct guardd_row {
  unsigned int process;             ///< the thread group's; 0 in the last row
  unsigned int task;                ///< the thread's own
  unsigned long long task_start_ns; ///< since boot: tells who has the number, and who had it before
  unsigned long long value;
  unsigned int descriptor;
  unsigned short kind;
  unsigned short size; ///< of what follows the row
};
