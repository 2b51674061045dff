// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dataset.hpp"
#include "core/dataset_memory.hpp"
#include "core/facts.hpp"

namespace guardd {

struct Snapshot;

/// An operator's "this may be destroyed": of one dataset as it was then, or of one device that nobody vouched for. It
/// lapses on any change.
struct Release {
  std::string id;       ///< "r7"; given by the ledger
  std::string dataset;  ///< Dataset::id; empty: of a device
  std::string service;
  std::string path;            ///< of the dataset, for people
  Known<Watermark> watermark;  ///< of the dataset when it was released; unknown: its filesystem was not mounted
  DeviceIdentity device;       ///< of a release by device
  Signature signature;         ///< what the device carried
  std::string basis;           ///< why it was granted: "it last was a healthy replica"
  std::string reason;
  std::string by;
  std::int64_t added_s = 0;  ///< seconds since the epoch
  bool operator==(const Release&) const = default;
};

/// How long nothing must have happened to a dataset, unless configured.
inline constexpr std::int64_t default_quiet_s = 86'400;

/// Whether a dataset may be released, and why, or why not and what then.
struct ReleaseJudgement {
  std::string basis;    ///< not empty: it may
  std::string why_not;  ///< not empty: it may not
  std::string remedy;
  bool used_approval = false;
};

struct ReleaseTerms {
  std::int64_t quiet_s = default_quiet_s;
  std::int64_t wall_s = 0;
  std::int64_t latest_s = 0;  ///< Ledger::latest_s
  std::string approval = {};  ///< who answers for this dataset whatever its history; empty: nobody
};

/// On what is recorded, not on the moment: it must be inactive in this look, which saw everything, and either it last
/// was a healthy replica, or nothing has happened to it for the quiet time, or people have approved it.
ReleaseJudgement judge_release(const DatasetMemory& memory, const Snapshot& snapshot,
                               const std::vector<Dataset>& datasets, const ReleaseTerms& terms);

/// Why a release is over, as a look shows: its dataset is in use, or is not what it was. Empty: it is not over.
std::string why_lapsed(const Release& release, const Snapshot& snapshot, const std::vector<Dataset>& datasets);

}  // namespace guardd
