// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What commands.bpf.c reads of the kernel's own types: these fields and no others. Where they lie is looked up in the
// running kernel's BTF when the program is loaded (CO-RE).
#pragma once

#include "daemon/seal/bpf/kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct inode {
  unsigned short i_mode;
  __u32 i_rdev; ///< dev_t, include/linux/kdev_t.h
};

struct file {
  struct inode *f_inode;
};

#pragma clang attribute pop
