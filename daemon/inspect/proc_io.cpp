// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/proc_io.hpp"

#include <unistd.h>

#include <algorithm>

#include "os/fd.hpp"

namespace guardd::walk {
namespace {

constexpr std::size_t first_size = std::size_t{16} * 1024;

}  // namespace

int TextBuffer::read_file(int directory, const char* path, std::size_t limit) {
  size_ = 0;
  const Fd fd(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return errno;
  if (bytes_.empty()) bytes_.resize(first_size);
  while (true) {
    // One byte more than the limit tells a file that ends there from a longer one.
    if (size_ == bytes_.size()) bytes_.resize(std::min(bytes_.size() * 2, std::max(limit, first_size) + 1));
    const ssize_t got = ::read(fd.get(), bytes_.data() + size_, bytes_.size() - size_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    size_ += static_cast<std::size_t>(got);
    if (size_ > limit) {
      size_ = limit;
      return EFBIG;
    }
  }
}

int LinkBuffer::read_link(int directory, const char* path) {
  const ssize_t length = ::readlinkat(directory, path, bytes_.data(), bytes_.size());
  if (length < 0) {
    size_ = 0;
    return errno;
  }
  if (static_cast<std::size_t>(length) == bytes_.size()) return ENAMETOOLONG;
  size_ = static_cast<std::size_t>(length);
  return 0;
}

}  // namespace guardd::walk
