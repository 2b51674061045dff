// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/operation.hpp"
#include "core/request.hpp"
#include "core/result.hpp"

namespace guardd::client {

/// Resolves what the caller named: the path without symbolic links, and the device number and mount id of what is there
/// now. A name given twice, or two names of one thing, become one target. Errors: "usage" for an empty list or name,
/// for what does not exist, for more than max_targets (core/wire.hpp), for what can be no target (a character device,
/// FIFO or socket; for `reinstall` anything but a block device); "target.untraceable" for what exists and can't be told
/// to guardd.
Result<std::vector<Target>> resolve_targets(std::span<const std::string> names, Operation operation);

}  // namespace guardd::client
