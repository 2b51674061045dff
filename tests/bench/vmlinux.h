// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What bare_iterator.bpf.c reads of the kernel's types. Only names matter: where a member lies in the kernel that runs
// is filled in from its BTF when the program is loaded (preserve_access_index).
#pragma once

typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef unsigned short __u16;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;
struct super_block {
  __u32 s_dev;
};
struct inode {
  unsigned long i_ino;
  struct super_block* i_sb;
};
struct file {
  unsigned int f_flags;
  struct inode* f_inode;
};
struct task_struct {
  int pid;
  int tgid;
};
struct bpf_iter_meta {
  struct seq_file* seq;
};
struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};

#pragma clang attribute pop
