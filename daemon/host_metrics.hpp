// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/answers.hpp"

namespace guardd {

/// What the last look says of the host, for those who watch many: Prometheus' text format 0.0.4. The verdicts are those
/// of the moment of the look, whose age is among the metrics. Nothing by name but services and inspectors: no path, no
/// process, no device.
std::string host_metrics(const Basis& basis, const Identity& identity);

}  // namespace guardd
