// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// One row for each open descriptor of each task: see task_file_row.h. A BPF iterator: the kernel runs it for every
// (task, file), and what it writes is read from a descriptor of the pass.
#include "daemon/inspect/bpf/kernel.h"
// After the types, which they want.
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "daemon/inspect/bpf/task_file_row.h"

/// The helpers bpf_seq_write and bpf_d_path are for programs under a licence that the kernel takes for the GPL's
/// (kernel/trace/bpf_trace.c, gpl_only); this file may be had under either.
char licence[] SEC("license") = "Dual MIT/GPL";

#define PIPEFS_MAGIC 0x50495045
#define SOCKFS_MAGIC 0x534f434b
#define ANON_INODE_FS_MAGIC 0x09041934
#define S_IFMT 00170000
#define S_IFCHR 0020000

/// Whether the reader's pid namespace may be below the host's. Reading a struct pid beyond its first number needs a
/// kernel whose BTF says that there can be more (6.5: "pid: Replace struct pid 1-element array with flex-array").
const volatile int nested = 0;

static unsigned int number(struct pid *pid, unsigned int level) {
  if (!pid) return 0;
  if (level == 0) return pid->numbers[0].nr;
  if (!nested) return 0;
  if (level == 1) return pid->numbers[1].nr;
  if (level == 2) return pid->numbers[2].nr;
  if (level == 3) return pid->numbers[3].nr;
  if (level == 4) return pid->numbers[4].nr;
  return 0;
}

struct row_with_path {
  struct guardd_row row;
  char path[GUARDD_ROW_PATH_BYTES];
};

static int is_ring(const char *path) {
  static const char ring[] = "anon_inode:[io_uring]";
#pragma unroll
  for (unsigned int i = 0; i < sizeof(ring); ++i) {
    if (path[i] != ring[i]) return 0;
  }
  return 1;
}

/// Fills in what `file` is; false for what leads to no file of anybody's: pipes, eventfds and their like.
static int describe(struct file *file, struct row_with_path *made) {
  struct inode *inode = file->f_inode;
  const unsigned long filesystem = inode->i_sb->s_magic;
  if (filesystem == PIPEFS_MAGIC) return 0;
  if (filesystem == SOCKFS_MAGIC) {
    made->row.kind = GUARDD_ROW_SOCKET;
    made->row.value = inode->i_ino;
    return 1;
  }
  if ((inode->i_mode & S_IFMT) == S_IFCHR) {
    made->row.kind = GUARDD_ROW_CHARACTERS;
    return 1;
  }
  const long length = bpf_d_path(&file->f_path, made->path, sizeof(made->path));
  if (length <= 0 || length > (long)sizeof(made->path)) {
    made->row.kind = GUARDD_ROW_UNTOLD;
    return 1;
  }
  if (made->path[0] == '/') {
    made->row.kind = GUARDD_ROW_PATH;
    made->row.size = (unsigned short)(length - 1);
    return 1;
  }
  made->row.kind = GUARDD_ROW_RING;
  return filesystem == ANON_INODE_FS_MAGIC && is_ring(made->path);
}

SEC("iter/task_file")
int task_file(struct bpf_iter__task_file *context) {
  struct task_struct *task = context->task;
  struct file *file = context->file;
  struct seq_file *seq = context->meta->seq;
  struct row_with_path made;
  __builtin_memset(&made.row, 0, sizeof(made.row));
  if (!task || !file) {
    made.row.kind = GUARDD_ROW_END;
    made.row.value = context->meta->seq_num;
    bpf_seq_write(seq, &made.row, sizeof(made.row));
    return 0;
  }
  if (!describe(file, &made)) return 0;
  struct task_struct *reader = bpf_get_current_task_btf();
  const unsigned int level = reader->thread_pid->level;
  made.row.process = number(task->group_leader->thread_pid, level);
  made.row.task = number(task->thread_pid, level);
  made.row.descriptor = context->fd;
  made.row.task_start_ns = task->start_boottime;
  unsigned int size = made.row.size;
  if (size > sizeof(made.path)) return 0;
  // When the buffer is full the kernel calls again for the same file with an empty one.
  bpf_seq_write(seq, &made, sizeof(made.row) + size);
  return 0;
}
