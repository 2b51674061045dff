// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "core/result.hpp"
#include "core/seal_entries.hpp"
#include "seal/pinned_seal.hpp"

namespace guardd::seal {

using Device = DeviceNode;
using Sealed = SealEntries;

/// Whom an opening is let through.
struct Exemption {
  std::uint64_t cgroup = 0;      ///< its id, the inode's number of its directory; all cgroups below it too
  std::optional<Device> device;  ///< none: all that is sealed
  auto operator<=>(const Exemption&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's false alarm
};

/// Each with its end: CLOCK_BOOTTIME in nanoseconds, or GUARDD_SEAL_NEVER.
using Exemptions = std::map<Exemption, std::uint64_t>;

struct Counters {
  std::uint64_t denied = 0;
  std::uint64_t observed = 0;
  std::uint64_t exempted = 0;
  std::uint64_t lifted = 0;
  std::uint64_t untold = 0;
};

/// What is in force, read anew: the kernel's maps are the only truth about it.
Result<Sealed> read_sealed(const Pinned& pinned);
Result<Exemptions> read_exemptions(const Pinned& pinned);
Result<Counters> read_counters(const Pinned& pinned);

/// Makes the kernel's entries those that are `wanted`. What is in both is never touched; what is new comes before what
/// is old goes. With `keep` nothing goes. Error "no_room": some of what is wanted is not sealed.
[[nodiscard]] std::optional<Error> follow(const Pinned& pinned, const Sealed& wanted, bool keep = false);
[[nodiscard]] std::optional<Error> follow(const Pinned& pinned, const Exemptions& wanted);

}  // namespace guardd::seal
