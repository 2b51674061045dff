// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// What the filesystem itself calls a file, whatever its name and wherever it is mounted: name_to_handle_at(2), as
/// "TYPE:HEX". "ino:N" of a filesystem that gives no handles (overlayfs without nfs_export, FUSE): not to be opened,
/// and another file may have it one day.
std::string file_handle(int fd, std::uint64_t inode);

/// Whether open_by_handle() can be asked about it.
bool can_be_opened(const std::string& handle);

/// An O_PATH descriptor of the file that has this handle on the filesystem of `mount`, a descriptor that is open there
/// (no O_PATH one). "estale": there is none any more; "bad_handle": it is none of file_handle()'s.
Result<Fd> open_by_handle(int mount, const std::string& handle);

}  // namespace guardd
