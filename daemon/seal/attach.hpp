// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "os/fd.hpp"
#include "seal/pinned_seal.hpp"

namespace guardd::seal {

/// Where a seal is.
struct Places {
  std::string cgroup = {};  ///< the root of the cgroup v2 hierarchy that it is on, cgroup_root()
  std::string pins = std::string(default_pins);
};

struct CgroupRoot {
  std::string path;
  Fd own;  ///< what `path` goes through, where the hierarchy is mounted nowhere: to be kept for as long as it is used
};

/// Where this host has its cgroup v2 hierarchy, hybrid layouts too. The kernel has one also where only those of version
/// 1 are mounted: every process is in its root then. Error "no_cgroup2".
Result<CgroupRoot> cgroup_root();

/// The root of a mount of it that nobody else sees, fsmount(2).
Result<Fd> cgroup_root_of_ones_own();

/// A seal that is attached and pinned.
struct Attached {
  Pinned pinned;
  bool adopted = false;            ///< it was pinned already, its entries are still there
  bool renewed = false;            ///< adopted, and got this guardd's program in place of another one
  std::vector<std::string> lacks;  ///< what this kernel has no helper for, and what that costs: for people
};

/// What the program may use of what not every kernel has (docs/seal.md, "Kernels"); a test leaves out what this one
/// has.
struct Helpers {
  bool ancestors = true;      ///< bpf_get_current_ancestor_cgroup_id
  bool pid_namespace = true;  ///< bpf_get_ns_current_pid_tgid
  bool pid = true;            ///< bpf_get_current_pid_tgid
  bool comm = true;           ///< bpf_get_current_comm
};

/// Attaches a new seal, or adopts what is pinned and ours. Takes some 10 ms. A new one has no entries and the mode
/// `mode`; an adopted one gets that mode. Errors say what is missing and what to do: "no_bpffs", "no_helper", "foreign"
/// (open_pinned), "not_built", and those of bpf(2).
Result<Attached> attach(const Places& places, Mode mode, const Helpers& may_use = {});

/// Calls `each` for every event that the ring has; returns how many. Never blocks.
class EventRing {
 public:
  virtual ~EventRing() = default;
  virtual int read(const std::function<void(const guardd_seal_event&)>& each) = 0;
  /// Readable when there are events.
  [[nodiscard]] virtual int poll_fd() const = 0;
};
Result<std::unique_ptr<EventRing>> open_events(const Fd& events);

}  // namespace guardd::seal
