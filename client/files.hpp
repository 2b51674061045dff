// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "core/result.hpp"

namespace guardd::client {

/// "WHAT: No such file or directory"; the code is "io".
Error system_error(int error_number, const std::string& what);

/// The whole of a regular file or a file of /proc or /sys; more than `limit` bytes is an error, never a part. Does not
/// block on a FIFO or a device.
Result<std::string> read_file(const std::string& path, std::size_t limit);

}  // namespace guardd::client
