// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// What the host is called, machine-id(5), and this boot's id. A missing boot id is a problem, for answers are tied to
/// it; a host may lack the others.
HostFact read_host_identity(const HostRoot& root, std::vector<std::string>& problems);

}  // namespace guardd
