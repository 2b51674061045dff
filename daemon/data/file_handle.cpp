// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/file_handle.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::string_view without_handle = "ino:";
constexpr std::string_view digits = "0123456789abcdef";

/// A file_handle with room for the largest, MAX_HANDLE_SZ.
struct Buffer {
  alignas(::file_handle) std::array<unsigned char, sizeof(::file_handle) + MAX_HANDLE_SZ> bytes{};
  ::file_handle* get() { return reinterpret_cast<::file_handle*>(bytes.data()); }
  /// Its f_handle, which the compiler takes for an array of no bytes.
  unsigned char* content() { return bytes.data() + sizeof(::file_handle); }
};

bool parse_handle(std::string_view text, Buffer& buffer) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  ::file_handle* const handle = buffer.get();
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, handle->handle_type);
  if (error != std::errc() || end != text.data() + colon) return false;
  text.remove_prefix(colon + 1);
  if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > MAX_HANDLE_SZ) return false;
  handle->handle_bytes = static_cast<unsigned>(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = digits.find(text[i]);
    const std::size_t low = digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    buffer.content()[i / 2] = static_cast<unsigned char>(high * 16 + low);
  }
  return true;
}

}  // namespace

std::string file_handle(int fd, std::uint64_t inode) {
  Buffer buffer;
  ::file_handle* const handle = buffer.get();
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount_id = 0;
  if (::name_to_handle_at(fd, "", handle, &mount_id, AT_EMPTY_PATH) != 0) {
    return std::string(without_handle) + std::to_string(inode);
  }
  std::string text = std::to_string(handle->handle_type) + ":";
  for (unsigned i = 0; i < handle->handle_bytes; ++i) {
    text += digits[buffer.content()[i] / 16];
    text += digits[buffer.content()[i] % 16];
  }
  return text;
}

bool can_be_opened(const std::string& handle) { return !handle.empty() && !handle.starts_with(without_handle); }

Result<Fd> open_by_handle(int mount, const std::string& handle) {
  Buffer buffer;
  if (!parse_handle(handle, buffer)) return Error{"bad_handle", "not a file handle"};
  const int fd = ::open_by_handle_at(mount, buffer.get(), O_PATH | O_CLOEXEC);
  if (fd < 0) return os_error(errno, "open_by_handle_at");
  return Fd(fd);
}

}  // namespace guardd
