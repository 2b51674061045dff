// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// An entry of a partition table.
struct PartitionEntry {
  std::uint64_t number = 0;  ///< as the kernel counts them
  std::uint64_t start = 0;   ///< in sectors of 512 bytes
  std::string uuid;
  std::string type;  ///< as BlockDeviceFact::part_type
};

struct Probed {
  Known<Signature> signature;
  std::vector<PartitionEntry> partitions;
};

/// When to look for a partition table.
enum class Tables {
  never,     ///< an extended partition, whose entries are partitions of the disk
  if_blank,  ///< where there is no superblock
  always,    ///< a disk of whose partitions the kernel knows
};

/// What libblkid recognises on an open device: a superblock, also one whose checksum is wrong, for damaged data is
/// data; where there is none, a partition table with entries (usage "partition_table", type "gpt" or "dos"), as a
/// virtual machine's disk has one of which the kernel knows nothing. More than one superblock is unknown,
/// blkid_do_safeprobe() of libblkid.
Probed probe_device(int fd, Tables tables);

}  // namespace guardd
