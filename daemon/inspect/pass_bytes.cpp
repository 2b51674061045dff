// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/pass_bytes.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/read.hpp"

namespace guardd::walk {

std::optional<Error> PassBytes::make_room(std::size_t more) {
  constexpr std::size_t first_bytes = std::size_t{2} << 20U;  // a huge page
  if (room() >= more) return std::nullopt;
  const std::size_t wanted = std::max({first_bytes, 2 * capacity_, size_ + more});
  void* const moved = start_ == nullptr
                          ? ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                          : ::mremap(start_, capacity_, wanted, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) return os_error(errno, "memory for the iterator's pass");
  start_ = static_cast<char*>(moved);
  capacity_ = wanted;
  (void)::madvise(start_, capacity_, MADV_HUGEPAGE);  // where there are none it does without
  return std::nullopt;
}

PassBytes::PassBytes(PassBytes&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

PassBytes& PassBytes::operator=(PassBytes&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

PassBytes::~PassBytes() {
  if (start_ != nullptr) ::munmap(start_, capacity_);
}

}  // namespace guardd::walk
