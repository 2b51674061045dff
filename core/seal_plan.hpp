// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/decide.hpp"
#include "core/pass_through.hpp"
#include "core/seal_entries.hpp"

namespace guardd {

/// A dataset on account of which something is sealed, or is not.
struct SealCause {
  std::string dataset;  ///< Dataset::id
  std::string service;
  std::string path;
  DatasetState state = DatasetState::at_rest;
  bool operator==(const SealCause&) const = default;
};

struct SealedDevice {
  DeviceNode node;
  std::string name;  ///< "/dev/sdb1", "/dev/sg1"
  std::uint64_t diskseq = 0;
  std::vector<SealCause> causes;
};

/// Data that no seal keeps, or not all of it.
struct NotSealed {
  SealCause cause;
  std::string why;
};

struct SealPlan {
  std::vector<SealedDevice> devices;  ///< by node
  std::vector<NotSealed> not_sealed;
  /// Why this may not be all: something could not be seen. Then nothing may be unsealed. Empty: it is all.
  std::string incomplete;
};

/// What is to be sealed: the block devices under every dataset for which a reinstallation of this host would be
/// refused, all that they stand on, and the partitions of what of that is in use as a whole; with the character devices
/// that reach the same media. Policy, exceptions and releases weigh as in decide(); an override does not, since it is
/// for one operation, and a permit exempts who has it. Disks that can be taken out are sealed only for what a process
/// of the system's own accounts has in use: nobody else may make a stick unwritable by putting data on it.
SealPlan plan_seal(const Snapshot& snapshot, const std::vector<DiskNodes>& pass_through, const Policy& policy,
                   Ledger ledger, Now now);

SealEntries entries_of(const SealPlan& plan);

/// What the kernel is to hold, where `present` is what it holds: the plan, and, where that is incomplete, all that is
/// sealed already, but for nodes that by a sound look are gone or another disk's by now.
SealEntries entries_to_hold(const SealPlan& plan, const SealEntries& present, const Snapshot& snapshot,
                            const std::vector<DiskNodes>& pass_through);

/// The nodes through which what has this permit works on its targets: these, what stands on them, and where they are
/// whole disks the character devices. None: all nodes, of a permit for the whole host.
std::optional<std::vector<DeviceNode>> nodes_of(const Permit& permit, const Snapshot& snapshot,
                                                const std::vector<DiskNodes>& pass_through);

/// GET /v1/seal/plan.
nlohmann::json to_json(const SealPlan& plan);

}  // namespace guardd
