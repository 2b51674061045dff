// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd {

/// The same file or directory has the same, by whatever name it was reached: st_dev and st_ino.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14's false alarm
};

/// What statx(2) says of an O_PATH descriptor without asking any server.
struct Identity {
  std::uint32_t mode = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t mount_id = -1;
  std::int64_t mtime_s = 0;
  std::int64_t birth_ns = 0;  ///< 0 where the filesystem keeps none

  [[nodiscard]] FileId id() const { return {device, inode}; }
  [[nodiscard]] bool is_directory() const;
  [[nodiscard]] bool is_regular() const;
  [[nodiscard]] bool is_symlink() const;
};

/// "no_mount_id" on a kernel before 5.8.
Result<Identity> identify(int fd);

/// Something that a walk reached: an O_PATH descriptor on a local filesystem. May be of any type: ask before opening.
struct Node {
  Fd fd;
  Identity identity;
  std::string path;               ///< from the view's root, symbolic links resolved
  std::vector<FileId> ancestors;  ///< from the root down to this one itself
};

/// Opens a directory to list it. Never blocks, leaves the access time alone where it may.
Result<Fd> open_directory(const Node& node);

/// Opens a regular file to read it; "not_regular" for anything else: a FIFO or a device is never opened. By way of the
/// descriptor, for its name may mean another file by now.
Result<Fd> open_regular(const Node& node);

}  // namespace guardd
