// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/decide.hpp"
#include "core/permit.hpp"

namespace guardd {

/// Processes of ordinary users have these and higher ids: UID_MIN of login.defs(5), Debian's and most others' default.
inline constexpr std::uint32_t first_ordinary_uid = 1000;
/// Of those, systemd gives these to services with DynamicUser=yes: https://systemd.io/UIDS-GIDS/
inline constexpr std::uint32_t first_dynamic_uid = 61184;
inline constexpr std::uint32_t last_dynamic_uid = 65519;

/// Refusals that were lifted, as Permit::accepted names them: none of these is news. Those beyond max_accepted are left
/// out, and so would be.
std::vector<std::string> accepted_of(const Verdict& verdict);
inline constexpr std::size_t max_accepted = 256;

/// What has begun on a permit's scope that was not there when it was granted, and so revokes it: a service that starts,
/// a client that connects, a filesystem that is mounted, swap, a hold, another disk in the place of one. Empty:
/// nothing. What the permit's own command does is no such thing: its processes, and, of a reinstall, what is mounted or
/// stacked while it runs. Nor is what an ordinary user's process does, once something runs under the permit: half an
/// operation is worse than a whole one. `policy` is the one that it was granted under; `ledger` is asked for its holds
/// alone.
std::string new_activity(const Permit& permit, const Snapshot& snapshot, const Policy& policy, const Ledger& ledger,
                         Now now);

}  // namespace guardd
