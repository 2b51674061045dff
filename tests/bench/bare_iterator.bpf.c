// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// One record for each descriptor of each process, and nothing else.
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

// bpf_seq_write is for such programs alone: bpf_seq_write_proto in kernel/trace/bpf_trace.c.
char program_license[] SEC("license") = "GPL";

struct descriptor_record {
  __u32 pid;
  __u32 fd;
  __u32 flags;
  __u32 device;
  __u64 inode;
};

SEC("iter/task_file")
int tell_descriptor(struct bpf_iter__task_file* context) {
  struct task_struct* task = context->task;
  struct file* file = context->file;
  if (!task || !file) return 0;
  struct descriptor_record record = {
      .pid = task->tgid,
      .fd = context->fd,
      .flags = file->f_flags,
      .device = file->f_inode->i_sb->s_dev,
      .inode = file->f_inode->i_ino,
  };
  bpf_seq_write(context->meta->seq, &record, sizeof(record));
  return 0;
}
