// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.hpp"

namespace guardd::client {

/// Writes the file whole, by rename(2), for its owner alone: a verdict names other users' processes and files. What is
/// there already is replaced where it is a regular file; anything else (a device, a link) is an error.
Result<bool> write_verdict_file(const std::string& path, const std::string& text);

}  // namespace guardd::client
