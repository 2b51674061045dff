// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/pass_bytes.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/read.hpp"

namespace guardd::walk {

Result<PassBytes> PassBytes::reserve(std::size_t most) {
  PassBytes bytes;
  most = std::max<std::size_t>(most, 1);  // nothing can't be mapped
  void* const start = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return os_error(errno, "memory for the iterator's pass");
  (void)::madvise(start, most, MADV_HUGEPAGE);  // where there are none it does without
  bytes.start_ = static_cast<char*>(start);
  bytes.most_ = most;
  return bytes;
}

Result<PassBytes> PassBytes::copy_of(std::string_view bytes) {
  Result<PassBytes> copy = reserve(bytes.size());
  if (copy) {
    std::copy(bytes.begin(), bytes.end(), copy->end());
    copy->grow(bytes.size());
  }
  return copy;
}

PassBytes::PassBytes(PassBytes&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      most_(std::exchange(other.most_, 0)) {}

PassBytes& PassBytes::operator=(PassBytes&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  std::swap(most_, other.most_);
  return *this;
}

PassBytes::~PassBytes() {
  if (start_ != nullptr) ::munmap(start_, most_);
}

}  // namespace guardd::walk
