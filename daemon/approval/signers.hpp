// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

inline constexpr std::size_t max_signers_bytes = std::size_t{1024} * 1024;

/// The content of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS) in memory: what was looked at is what is
/// used. Only root may have been able to write it: the file and its directory are root's and nobody else's to write,
/// and no directory above them lets others put something else in their place. Errors: "enoent" where there is none,
/// "unsafe", errno's symbols.
Result<Fd> open_signers(const std::string& path);

}  // namespace guardd
