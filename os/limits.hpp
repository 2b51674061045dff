// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <optional>

#include "core/result.hpp"

namespace guardd {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool address_space_limited = false;  ///< sanitizers reserve terabytes for their shadow
#else
inline constexpr bool address_space_limited = true;
#endif

/// Lowers a limit of this process and of those that it starts, soft and hard; where it is lower already it stays,
/// getrlimit(2). Errors: os_error's codes.
std::optional<Error> lower_limit(__rlimit_resource resource, rlim_t value);

}  // namespace guardd
