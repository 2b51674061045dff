// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/recognition.hpp"
#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Which servers to ask for their role.
struct RolePlan {
  std::vector<RoleInput> ask;       ///< at most max_role_probes
  std::vector<RoleFact> not_asked;  ///< the others, each unknown with its reason
};

/// The processes whose executable is one of a service with a role probe; a wrapper that only has the name is not asked.
/// Where there are too many, those in the host's namespaces and those that hold data come first, so that nobody's false
/// servers crowd out the real ones.
RolePlan plan_roles(const Snapshot& snapshot, const std::vector<Recognition>& recognitions);

}  // namespace guardd
