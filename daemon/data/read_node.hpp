// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "core/result.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/view.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// The content of a regular file; "too_big" when it is longer than `limit`.
Result<std::string> read_node(const Node& node, std::size_t limit);

/// A process's working directory through /proc/PID/cwd, wherever it lies, with its ancestors up to the root of its
/// mount. "not_local" or "unknown_mount" where it may not be looked at.
Result<Node> open_cwd(View& view, std::int32_t pid, const HostRoot& host);

}  // namespace guardd
