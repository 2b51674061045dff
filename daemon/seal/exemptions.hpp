// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/pass_through.hpp"
#include "core/permit.hpp"
#include "core/snapshot.hpp"
#include "daemon/seal/kernel_seal.hpp"

namespace guardd::seal {

/// guardd-trusted.slice, below the root; systemd.slice(5) has a slice's name say where it lies. guardd's drop-ins place
/// mounts, checks and swap there.
inline constexpr const char* trusted_slice = "/guardd.slice/guardd-trusted.slice";

/// Who is exempt now: the trusted slice, where there is one, and what runs under each permit, for its targets and until
/// its time is over. `root` is the cgroup v2 hierarchy's; `snapshot` may be null, and then a permit for targets exempts
/// nothing but these themselves.
Exemptions exemptions_for(const std::vector<Permit>& permits, const Snapshot* snapshot,
                          const std::vector<DiskNodes>& pass_through, const std::string& root);

}  // namespace guardd::seal
