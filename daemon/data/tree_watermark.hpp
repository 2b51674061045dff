// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/facts.hpp"
#include "core/result.hpp"

namespace guardd {

/// How far the content of a directory has come: of all that lies in it on its filesystem, nothing of it opened but
/// directories. Errors: "late" past the deadline (monotonic_now_us()), or an errno's symbol: a part that can't be seen
/// may have changed.
Result<Watermark> tree_watermark(int directory, std::int64_t deadline_us);

}  // namespace guardd
