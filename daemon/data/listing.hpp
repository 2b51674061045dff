// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace guardd {

/// The entries of an open directory, but "." and "..", by getdents64(2): readdir(3) would allocate for each directory.
class Listing {
 public:
  struct Entry {
    std::string_view name;    ///< valid until the next call of next()
    std::uint64_t inode = 0;  ///< d_ino: of a mount point, the directory beneath
    unsigned char type = 0;   ///< DT_DIR and so on; DT_UNKNOWN on filesystems that don't tell
  };

  /// Borrows the descriptor and the buffer, which may be shared by listings that don't overlap.
  Listing(int directory, std::vector<char>& buffer) : directory_(directory), buffer_(buffer) {}

  /// False at the end, and on an error: then error() is an errno.
  bool next(Entry& entry);
  [[nodiscard]] int error() const { return error_; }

  static std::vector<char> make_buffer() { return std::vector<char>(std::size_t{32} * 1024); }

 private:
  int directory_;
  std::vector<char>& buffer_;
  std::size_t filled_ = 0;
  std::size_t position_ = 0;
  int error_ = 0;
};

}  // namespace guardd
