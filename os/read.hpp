// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace guardd {

/// An errno as an Error: code is the symbol in small letters ("enoent"), message "CONTEXT: No such file or directory".
Error os_error(int error_number, std::string_view context);

/// The whole file, at most `limit` bytes; a longer file is an error ("too_big"), never a partial content. O_CLOEXEC,
/// O_NONBLOCK and O_NOCTTY, so that no FIFO or device can hold the caller.
Result<std::string> read_file(const std::string& path, std::size_t limit);
/// The same relative to a directory descriptor.
Result<std::string> read_file_at(int directory, const char* path, std::size_t limit);

/// readlink(2) without truncation; `limit` is PATH_MAX and a few.
Result<std::string> read_link_at(int directory, const char* path);

}  // namespace guardd
