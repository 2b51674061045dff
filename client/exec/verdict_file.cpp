// SPDX-License-Identifier: Apache-2.0
#include "client/exec/verdict_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "os/fd.hpp"
#include "os/read.hpp"
#include "os/write.hpp"

namespace guardd::client {
Result<bool> write_verdict_file(const std::string& path, const std::string& text) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode))
    return Error{"not_a_file", path + ": no regular file, and would be replaced"};
  std::string temporary = path + ".XXXXXX";
  const Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return os_error(errno, path);
  Result<bool> written = write_all(file, text) ? Result<bool>(true) : os_error(errno, path);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = os_error(errno, path);
  if (!written) (void)::unlink(temporary.c_str());
  return written;
}

}  // namespace guardd::client
