// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/arguments.hpp"

namespace guardd::client {

/// Lifts the seal where it is pinned, without guardd; the exit status.
int lift_offline(const Arguments& arguments);

}  // namespace guardd::client
