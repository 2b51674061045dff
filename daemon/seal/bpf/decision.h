// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the seal's programs share: the maps, which the first one makes and the other uses, and the decision. For after the
// types of the including file's own header.
#pragma once

#include <bpf/bpf_helpers.h>

#include "seal/layout.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, GUARDD_SEAL_MOST_DEVICES);
  __type(key, struct guardd_seal_device);
  __type(value, struct guardd_seal_entry);
} sealed SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, GUARDD_SEAL_MOST_EXEMPTIONS);
  __type(key, struct guardd_seal_exempt);
  __type(value, struct guardd_seal_until);
} exempt SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, GUARDD_SEAL_SETTINGS);
  __type(key, __u32);
  __type(value, __u64);
} settings SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, GUARDD_SEAL_COUNTERS);
  __type(key, __u32);
  __type(value, __u64);
} counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, GUARDD_SEAL_RING_BYTES);
} events SEC(".maps");

/// Whether the kernel has these helpers for this type of program; what it lacks is cut out before it is looked at.
const volatile int has_ancestors = 0;
const volatile int has_pid_namespace = 0;
const volatile int has_pid = 0;
const volatile int has_comm = 0;

static __always_inline void count(__u32 which) {
  __u64 *counter = bpf_map_lookup_elem(&counters, &which);
  if (counter) __sync_fetch_and_add(counter, 1);
}

/// A moment that is still to come.
static __always_inline int is_ahead(const struct guardd_seal_until *until, __u64 now) {
  return until && (until->boot_ns == GUARDD_SEAL_NEVER || until->boot_ns > now);
}

static __always_inline int is_cgroup_exempt(__u64 cgroup, const struct guardd_seal_device *device, __u64 now) {
  struct guardd_seal_exempt key = {.cgroup = cgroup};
  if (is_ahead(bpf_map_lookup_elem(&exempt, &key), now)) return 1;
  key.device = *device;
  return is_ahead(bpf_map_lookup_elem(&exempt, &key), now);
}

static __always_inline int is_exempt(const struct guardd_seal_device *device, __u64 now) {
  if (is_cgroup_exempt(bpf_get_current_cgroup_id(), device, now)) return 1;
  if (!has_ancestors) return 0;
  for (int level = 0; level < GUARDD_SEAL_LEVELS; ++level) {
    const __u64 ancestor = bpf_get_current_ancestor_cgroup_id(level);
    if (ancestor == 0) return 0;
    if (is_cgroup_exempt(ancestor, device, now)) return 1;
  }
  return 0;
}

static __always_inline __u64 setting(__u32 which) {
  const __u64 *value = bpf_map_lookup_elem(&settings, &which);
  return value ? *value : 0;
}

static __always_inline __u32 pid_for_guardd(void) {
  struct bpf_pidns_info info = {};
  if (!has_pid_namespace) return 0;
  const __u64 inode = setting(GUARDD_SEAL_PID_NAMESPACE_INO);
  const __u64 dev = setting(GUARDD_SEAL_PID_NAMESPACE_DEV);
  return bpf_get_ns_current_pid_tgid(dev, inode, &info, sizeof(info)) == 0 ? info.tgid : 0;
}

static __always_inline void tell(const struct guardd_seal_device *device, __u64 now, __u32 access, __u32 denied) {
  struct guardd_seal_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) {
    count(GUARDD_SEAL_UNTOLD);
    return;
  }
  event->boot_ns = now;
  event->cgroup = bpf_get_current_cgroup_id();
  event->outer_pid = has_pid ? (__u32)(bpf_get_current_pid_tgid() >> 32) : 0;
  event->pid = pid_for_guardd();
  event->uid = (__u32)bpf_get_current_uid_gid();
  event->denied = denied;
  event->device = *device;
  event->access = access;
  __builtin_memset(event->comm, 0, sizeof(event->comm));
  if (has_comm) bpf_get_current_comm(event->comm, sizeof(event->comm));
  bpf_ringbuf_submit(event, 0);
}

/// Whether this is to be denied of a device that may be sealed; counts it, and tells guardd.
static __always_inline int is_denied(const struct guardd_seal_device *device, __u32 access) {
  if (!bpf_map_lookup_elem(&sealed, device)) return 0;
  const __u64 now = bpf_ktime_get_boot_ns();
  if (setting(GUARDD_SEAL_LIFTED_UNTIL) > now) {
    count(GUARDD_SEAL_LIFTED);
    return 0;
  }
  if (is_exempt(device, now)) {
    count(GUARDD_SEAL_EXEMPTED);
    return 0;
  }
  const __u32 denied = setting(GUARDD_SEAL_MODE) == GUARDD_SEAL_ENFORCE;
  count(denied ? GUARDD_SEAL_DENIED : GUARDD_SEAL_OBSERVED);
  tell(device, now, access, denied);
  return denied;
}
