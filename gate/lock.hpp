// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "core/result.hpp"
#include "gate/places.hpp"
#include "os/fd.hpp"

namespace guardd::gate {

/// The one lock that granting a permit and letting a service start both take, flock(2) on Places::lock(), mode 0600: a
/// dead process does not keep it, and no ordinary user can take it. Makes the file and Places::run where they are
/// missing. Tries until `patience` is over, once at least; error "late": somebody else had it all the time; others as
/// os/read.hpp's, "not_a_file" or "foreign": what stands there can't be root's lock. Waits, so not for the loop.
Result<Fd> take_lock(const Places& places, std::chrono::milliseconds patience);

}  // namespace guardd::gate
