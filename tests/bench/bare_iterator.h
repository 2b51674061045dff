// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What bare_iterator's program in the kernel tells of a descriptor.
#pragma once

struct descriptor_record {
  unsigned int pid;
  unsigned int fd;
  unsigned int flags;
  unsigned int device;
  unsigned long long inode;
};
