// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/types.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <string_view>
#include <vector>

/// Reads of /proc that reuse their buffers: a walk makes hundreds of thousands of them. Each returns 0 or an errno.
namespace guardd::walk {

/// A file's or a link's content, until the next read.
class TextBuffer {
 public:
  /// The whole file; longer than `limit` is EFBIG, with the first `limit` bytes in text().
  [[nodiscard]] int read_file(int directory, const char* path, std::size_t limit);
  [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
};

class LinkBuffer {
 public:
  [[nodiscard]] int read_link(int directory, const char* path);
  [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, PATH_MAX + 64> bytes_;  // d_path() makes no longer one: it has a page
  std::size_t size_ = 0;
};

/// The end of a process while it was looked at, and no failure: proc(5) answers so for what is gone.
inline bool has_ended(int error) { return error == ENOENT || error == ESRCH; }

using EntryBuffer = std::array<char, std::size_t{32} * 1024>;

/// Calls `visit(const char* name) -> bool` for every entry but "." and ".." until it returns false. `directory` must be
/// freshly opened.
template <typename Visit>
[[nodiscard]] int for_each_entry(int directory, EntryBuffer& buffer, Visit visit) {
  while (true) {
    const ssize_t got = ::getdents64(directory, buffer.data(), buffer.size());
    if (got < 0) return errno;
    if (got == 0) return 0;
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (!visit(static_cast<const char*>(entry->d_name))) return 0;
    }
  }
}

}  // namespace guardd::walk
