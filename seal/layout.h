// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What lies in the seal's maps: read and written by daemon/seal/bpf/seal.bpf.c, daemon/seal and seal/pinned_seal.cpp; C,
// for both compilers. Who changes it gives GUARDD_SEAL_LAYOUT another number, and so the pins another directory.
#pragma once

#define GUARDD_SEAL_LAYOUT "seal-1"
/// Where the link of the program for commands is pinned, below that directory; and while it is being put in the place of another.
#define GUARDD_SEAL_COMMANDS_PIN "/commands"
#define GUARDD_SEAL_FRESH_PIN "-new" // no dot: bpffs takes none
/// Far more block devices than a host has; 40 bytes each.
#define GUARDD_SEAL_MOST_DEVICES 16384
/// 100 permits of a few devices each, and the trusted slice.
#define GUARDD_SEAL_MOST_EXEMPTIONS 4096
/// Bytes, a power of two: some 2,900 denials that nobody has read.
#define GUARDD_SEAL_RING_BYTES 262144
/// How deep below the root a cgroup's ancestors are looked for. systemd with containers within containers makes a dozen.
#define GUARDD_SEAL_LEVELS 32
#define GUARDD_SEAL_COMM_BYTES 16

/// BPF_DEVCG_DEV_BLOCK and BPF_DEVCG_DEV_CHAR of <linux/bpf.h>.
enum { GUARDD_SEAL_BLOCK = 1, GUARDD_SEAL_CHARACTER = 2 };

struct guardd_seal_device {
  unsigned int type;
  unsigned int major;
  unsigned int minor;
};

/// Of no meaning to the kernel: that there is an entry is the decision.
struct guardd_seal_entry {
  unsigned long long diskseq;
};

/// Whom an opening is let through: a cgroup and all below it. A device of type 0 is any sealed one.
struct guardd_seal_exempt {
  unsigned long long cgroup;
  struct guardd_seal_device device;
  unsigned int zero;
};

/// CLOCK_BOOTTIME in nanoseconds; GUARDD_SEAL_NEVER: it does not end.
struct guardd_seal_until {
  unsigned long long boot_ns;
};
#define GUARDD_SEAL_NEVER (~0ULL)

/// Numbers of the settings, a map of 64-bit values. One each, so that who writes one never undoes another.
enum {
  GUARDD_SEAL_MODE = 0,
  GUARDD_SEAL_LIFTED_UNTIL = 1, ///< CLOCK_BOOTTIME in nanoseconds
  /// stat(2) of guardd's own /proc/self/ns/pid, to tell processes by the numbers that they have there; 0: none.
  GUARDD_SEAL_PID_NAMESPACE_DEV = 2,
  GUARDD_SEAL_PID_NAMESPACE_INO = 3,
  GUARDD_SEAL_SETTINGS = 4,
};
/// Values of the mode. Observing is what settings say that nobody has written to.
enum { GUARDD_SEAL_OBSERVE = 0, GUARDD_SEAL_ENFORCE = 1 };

enum {
  GUARDD_SEAL_DENIED = 0,
  GUARDD_SEAL_OBSERVED = 1,
  GUARDD_SEAL_EXEMPTED = 2,
  GUARDD_SEAL_LIFTED = 3,
  GUARDD_SEAL_UNTOLD = 4, ///< denials and observations that found the ring full
  GUARDD_SEAL_COUNTERS = 5,
};

/// What was to be done: an opening, or a command to a device that is open, by ioctl(2).
enum { GUARDD_SEAL_READ = 0, GUARDD_SEAL_WRITE = 1, GUARDD_SEAL_COMMAND = 2 };

struct guardd_seal_event {
  unsigned long long boot_ns;
  unsigned long long cgroup;
  unsigned int pid; ///< of the thread group, in guardd's pid namespace; 0 where it has no number there or that can't be told
  unsigned int outer_pid; ///< the same in the kernel's first pid namespace
  unsigned int uid;       ///< in the kernel's first user namespace
  unsigned int denied;    ///< 0: it would have been
  struct guardd_seal_device device;
  unsigned int access; ///< GUARDD_SEAL_READ and its like
  char comm[GUARDD_SEAL_COMM_BYTES];
};
