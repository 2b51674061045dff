// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What seal.bpf.c needs of the kernel's interface, include/uapi/linux/bpf.h: these names and no others. All of it is stable
// interface, so nothing is looked up in the running kernel's BTF, and a kernel without one does as well.
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

enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_DEVCG_ACC_MKNOD = 1, BPF_DEVCG_ACC_READ = 2, BPF_DEVCG_ACC_WRITE = 4 };

struct bpf_cgroup_dev_ctx {
  __u32 access_type; ///< (BPF_DEVCG_ACC_* << 16) | BPF_DEVCG_DEV_*
  __u32 major;
  __u32 minor;
};

struct bpf_pidns_info {
  __u32 pid;
  __u32 tgid;
};
