// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// The fully qualified name that hosts(5) gives to `hostname`: a name with a dot on the first line that has the
/// hostname, or the hostname itself where it has a dot. Empty when there is none.
std::string parse_fqdn(std::string_view hosts, std::string_view hostname);

/// What the host is called, machine-id(5), and this boot's id. A missing boot id is a problem, for answers are tied to
/// it; a host may lack the others.
HostFact read_host_identity(const HostRoot& root, std::vector<std::string>& problems);

}  // namespace guardd
