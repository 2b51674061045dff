// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/options.hpp"

namespace guardd {

/// guardd from its start-up to SIGTERM or SIGINT. The exit status: 0; 78 (EX_CONFIG, sysexits.h) for a bad
/// configuration or policy; 1 when it can't start for another reason, which is logged.
int run_daemon(const Options& options);

}  // namespace guardd
