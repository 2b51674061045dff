// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/listing.hpp"

#include <dirent.h>
#include <sys/types.h>

#include <cerrno>

namespace guardd {

bool Listing::next(Entry& entry) {
  while (true) {
    if (position_ == filled_) {
      const ssize_t got = ::getdents64(directory_, buffer_.data(), buffer_.size());
      if (got < 0) error_ = errno;
      if (got <= 0) return false;
      filled_ = static_cast<std::size_t>(got);
      position_ = 0;
    }
    const auto* record = reinterpret_cast<const dirent64*>(buffer_.data() + position_);
    position_ += record->d_reclen;
    entry.name = record->d_name;
    entry.inode = record->d_ino;
    entry.type = record->d_type;
    if (entry.name != "." && entry.name != "..") return true;
  }
}

}  // namespace guardd
