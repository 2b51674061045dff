// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What task_file.bpf.c reads of the kernel's own types: these fields and no others. Where they lie is looked up in the
// running kernel's BTF when the program is loaded (CO-RE), so neither their order nor what is left out matters.
#pragma once

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct upid {
  int nr;
};

struct pid {
  unsigned int level;
  struct upid numbers[];
};

struct task_struct {
  struct task_struct *group_leader;
  struct pid *thread_pid;
  __u64 start_boottime;
};

struct super_block {
  unsigned long s_magic;
};

struct inode {
  unsigned short i_mode;
  struct super_block *i_sb;
  unsigned long i_ino;
};

struct path {
  void *dentry;
};

struct file {
  struct path f_path;
  struct inode *f_inode;
};

struct bpf_iter_meta {
  struct seq_file *seq;
  __u64 session_id;
  __u64 seq_num;
};

struct bpf_iter__task_file {
  union {
    struct bpf_iter_meta *meta;
  };
  union {
    struct task_struct *task;
  };
  __u32 fd;
  union {
    struct file *file;
  };
};

#pragma clang attribute pop
