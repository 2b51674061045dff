// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Run by the kernel for each opening of a device node (security/device_cgroup.c, devcgroup_check_permission): 1 lets it
// through, 0 is EPERM. What the maps hold: seal/layout.h.
#include "daemon/seal/bpf/kernel.h"
// After the types, which it wants.
#include "daemon/seal/bpf/decision.h"

/// No helper here wants a licence that the kernel takes for the GPL's; this file may be had under either.
char licence[] SEC("license") = "Dual MIT/GPL";

SEC("cgroup/dev")
int guardd_seal(struct bpf_cgroup_dev_ctx *context) {
  struct guardd_seal_device device = {
      .type = context->access_type & 0xffff, .major = context->major, .minor = context->minor};
  const __u32 access = context->access_type >> 16;
  const __u32 wanted = device.type == GUARDD_SEAL_BLOCK ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
  // A node that is made, by the kernel's devtmpfs too, opens nothing yet.
  if (!(access & wanted)) return 1;
  return is_denied(&device, access & BPF_DEVCG_ACC_WRITE ? GUARDD_SEAL_WRITE : GUARDD_SEAL_READ) ? 0 : 1;
}
