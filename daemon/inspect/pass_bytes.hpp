// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "core/result.hpp"

namespace guardd::walk {

/// Bytes that come piece by piece, up to a known bound, and stay where they are: address space for all of them, and
/// memory for those that there are. A vector would set to zero and copy what the kernel writes anyway.
class PassBytes {
 public:
  /// Room for `most` bytes. Errors: os_error's codes.
  static Result<PassBytes> reserve(std::size_t most);
  /// No more room than for these.
  static Result<PassBytes> copy_of(std::string_view bytes);

  PassBytes() = default;
  PassBytes(PassBytes&& other) noexcept;
  PassBytes& operator=(PassBytes&& other) noexcept;
  PassBytes(const PassBytes&) = delete;
  PassBytes& operator=(const PassBytes&) = delete;
  ~PassBytes();

  [[nodiscard]] std::string_view view() const { return {start_, size_}; }
  [[nodiscard]] char* end() const { return start_ + size_; }
  [[nodiscard]] std::size_t room() const { return most_ - size_; }
  /// So many bytes have been written at end(), no more than room().
  void grow(std::size_t by) { size_ += by; }

 private:
  char* start_ = nullptr;
  std::size_t size_ = 0;
  std::size_t most_ = 0;
};

}  // namespace guardd::walk
