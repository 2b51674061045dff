// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "os/fd.hpp"

namespace guardd {

/// Opens a directory at a path below an open one to list it, on the same mount and through no symbolic link; errno is
/// set where it can't. An empty path is the directory itself. Leaves the access time alone where it may.
Fd open_beneath(int root, const std::string& path);

/// Gone meanwhile, mounted over meanwhile, or too deep for a path: what a busy host does, and nothing that hides data
/// for long.
bool is_passing(int error);

}  // namespace guardd
