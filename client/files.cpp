// SPDX-License-Identifier: Apache-2.0
#include "client/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "client/descriptor.hpp"

namespace guardd::client {

Error system_error(int error_number, const std::string& what) { return {"io", what + ": " + ::strerror(error_number)}; }

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return system_error(errno, path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error(errno, path);
  if (!S_ISREG(status.st_mode)) return Error{"io", path + ": not a regular file"};

  std::string content;
  std::array<char, std::size_t{16} * 1024> buffer{};
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, path);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) return Error{"io", path + ": longer than " + std::to_string(limit) + " bytes"};
  }
}

}  // namespace guardd::client
