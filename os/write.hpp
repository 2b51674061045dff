// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "os/fd.hpp"

namespace guardd {

/// All of `bytes` to a blocking descriptor, write(2). False with errno where that failed; ENOSPC where it took nothing.
bool write_all(const Fd& fd, std::string_view bytes);

}  // namespace guardd
