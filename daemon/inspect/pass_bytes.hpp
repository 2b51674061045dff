// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/result.hpp"

namespace guardd::walk {

/// Bytes that come piece by piece. A vector would set to zero what the kernel writes anyway, and copy it to grow; here
/// its pages move, mremap(2).
class PassBytes {
 public:
  PassBytes() = default;
  PassBytes(PassBytes&& other) noexcept;
  PassBytes& operator=(PassBytes&& other) noexcept;
  PassBytes(const PassBytes&) = delete;
  PassBytes& operator=(const PassBytes&) = delete;
  ~PassBytes();

  /// Makes room for `more` bytes at end() at least. What view() and end() said before is void. Errors: os_error's
  /// codes.
  std::optional<Error> make_room(std::size_t more);

  [[nodiscard]] std::string_view view() const { return {start_, size_}; }
  [[nodiscard]] char* end() const { return start_ + size_; }
  [[nodiscard]] std::size_t room() const { return capacity_ - size_; }
  /// So many bytes have been written at end(), no more than room().
  void grow(std::size_t by) { size_ += by; }

 private:
  char* start_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace guardd::walk
