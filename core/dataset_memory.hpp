// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// What finds a block device again under another name or number.
struct DeviceIdentity {
  std::string name;       ///< the kernel's, when it was last seen: for people
  std::string wwn;        ///< of the disk
  std::string serial;     ///< of the disk
  std::string part_uuid;  ///< of the partition
  std::string type;       ///< of what it carries: "ext4", "LVM2_member"
  std::string uuid;       ///< of what it carries: a filesystem, a LUKS, LVM or RAID member
  std::uint64_t size_bytes = 0;
  bool operator==(const DeviceIdentity&) const = default;
};

/// A dataset that was seen, and what was seen of it over time. Times are seconds since the epoch, 0: never.
struct DatasetMemory {
  std::string id;  ///< Dataset::id
  std::string service;
  std::string path;  ///< as the host last called it; a container's where the host had no name for it
  bool contained = false;
  std::string fs_uuid;
  std::string fstype;
  std::string handle;
  std::int64_t birth_ns = 0;
  std::vector<Anchor> anchors;
  std::vector<DeviceIdentity> devices;  ///< all that it stood on

  std::int64_t first_seen_s = 0;
  std::int64_t last_seen_s = 0;
  std::int64_t last_active_s = 0;     ///< the last look in which a process had it
  std::int64_t inactive_since_s = 0;  ///< the first look after that in which none had
  std::int64_t last_written_s = 0;    ///< newest change of its markers that was seen
  std::int64_t last_clients_s = 0;    ///< the last look in which clients were connected
  std::int64_t absent_since_s = 0;    ///< the first look in which none of its devices was attached; 0: they are

  /// The same by the time since boot, CLOCK_BOOTTIME in milliseconds, which nobody sets; all of the boot `boot_id`.
  std::string boot_id;
  std::int64_t event_boot_ms = 0;     ///< the last look in which something happened: in use, written to, seen first
  std::int64_t active_boot_ms = 0;    ///< the last look in which a process had it; 0: in none of that boot
  std::int64_t inactive_boot_ms = 0;  ///< the first look after that in which none had; 0: none, or of another boot

  std::string absent_boot_id;       ///< of the boot that absent_boot_ms is of
  std::int64_t absent_boot_ms = 0;  ///< the first look of that boot in which none of its devices was attached

  /// What it was in the last look that found it active; or, where its servers had fallen silent by then, as they do
  /// when they shut down, in the last look that heard them.
  Role last_role = Role::unknown;
  std::string last_replication;
  bool was_healthy_replica = false;  ///< in that look: caught up, and without replicas or clients of its own
  std::vector<std::string> holders;  ///< the processes that had it in that look, "PID:START_TICKS"; empty: not known
  std::int64_t heard_s = 0;          ///< that look, where later ones found it active but silent; 0: none did
  std::int64_t heard_boot_ms = 0;    ///< the same by the time since boot
  bool operator==(const DatasetMemory&) const = default;
};

}  // namespace guardd
