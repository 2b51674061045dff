// SPDX-License-Identifier: Apache-2.0
#include "os/read.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstring>

#include "os/fd.hpp"

namespace guardd {
namespace {

constexpr std::size_t chunk = std::size_t{16} * 1024;

std::string symbol(int error_number) {
  const char* name = strerrorname_np(error_number);
  std::string text = name != nullptr ? name : "errno_" + std::to_string(error_number);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Error os_error(int error_number, std::string_view context) {
  const char* what = strerrordesc_np(error_number);
  return {symbol(error_number), std::string(context) + ": " + (what != nullptr ? what : "unknown error")};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  return read_file_at(AT_FDCWD, path.c_str(), limit);
}

Result<std::string> read_file_at(int directory, const char* path, std::size_t limit) {
  const Fd fd(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return os_error(errno, path);
  std::string content;
  while (true) {
    const std::size_t old = content.size();
    content.resize(old + chunk);
    const ssize_t got = ::read(fd.get(), content.data() + old, chunk);
    if (got < 0 && errno == EINTR) {
      content.resize(old);
      continue;
    }
    if (got < 0) return os_error(errno, path);
    content.resize(old + static_cast<std::size_t>(got));
    if (content.size() > limit)
      return Error{"too_big", std::string(path) + ": more than " + std::to_string(limit) + " bytes"};
    if (got == 0) return content;
  }
}

Result<std::string> read_link_at(int directory, const char* path) {
  std::array<char, PATH_MAX + 64> target;
  const ssize_t length = ::readlinkat(directory, path, target.data(), target.size());
  if (length < 0) return os_error(errno, path);
  if (static_cast<std::size_t>(length) == target.size())
    return Error{"enametoolong", std::string(path) + ": link too long"};
  return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace guardd
