// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// Makes the state directory (0700) where it is missing, and takes the lock in it that goes with the process. Error
/// "locked" where another guardd has it.
Result<Fd> lock_state(const std::string& directory);

}  // namespace guardd
