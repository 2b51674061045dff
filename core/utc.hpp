// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace guardd {

/// Seconds since the epoch as "2030-01-31T23:59:59Z" (RFC 3339).
std::string utc_text(std::int64_t seconds);

/// A span in its two largest units: "3d 4h", "12m 5s".
std::string span_text(std::int64_t seconds);

}  // namespace guardd
