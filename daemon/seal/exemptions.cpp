// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/exemptions.hpp"

#include <sys/stat.h>

#include "core/seal_plan.hpp"

namespace guardd::seal {
namespace {

constexpr std::uint64_t boot_ns_per_ms = 1'000'000;

/// 0 where there is none such.
std::uint64_t cgroup_number(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_ino);
}

/// What the permit's command is at work with. A revoked one goes on: half a wipe is worse than a whole one.
bool exempts(const Permit& permit) {
  return permit.has_command && permit.began && occupies(permit) && permit.state != PermitState::interrupted &&
         permit.cgroup.size() > 1 && permit.expires_boot_ms > 0;
}

}  // namespace

Exemptions exemptions_for(const std::vector<Permit>& permits, const Snapshot* snapshot,
                          const std::vector<DiskNodes>& pass_through, const std::string& root) {
  Exemptions exemptions;
  const std::uint64_t everybody = cgroup_number(root);
  const auto exempt = [&](std::uint64_t cgroup, std::optional<Device> device, std::uint64_t until) {
    if (cgroup != 0 && cgroup != everybody) exemptions[{.cgroup = cgroup, .device = device}] = until;
  };
  exempt(cgroup_number(root + trusted_slice), {}, GUARDD_SEAL_NEVER);
  const Snapshot nothing;
  for (const Permit& permit : permits) {
    if (!exempts(permit)) continue;
    const std::uint64_t cgroup = cgroup_number(root + permit.cgroup);
    const std::uint64_t until = static_cast<std::uint64_t>(permit.expires_boot_ms) * boot_ns_per_ms;
    const auto nodes = nodes_of(permit, snapshot != nullptr ? *snapshot : nothing, pass_through);
    if (!nodes) exempt(cgroup, {}, until);
    for (const Device& node : nodes.value_or(std::vector<Device>())) exempt(cgroup, node, until);
  }
  return exemptions;
}

}  // namespace guardd::seal
