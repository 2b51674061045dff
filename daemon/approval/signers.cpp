// SPDX-License-Identifier: Apache-2.0
#include "daemon/approval/signers.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <optional>

#include "daemon/approval/program.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

std::optional<Error> unsafe(const std::string& path, const struct stat& status, bool sticky_will_do) {
  if (status.st_uid != 0) return Error{"unsafe", path + " is not root's: nobody is approved by it"};
  const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  const bool sticky = sticky_will_do && (status.st_mode & S_ISVTX) != 0;
  if (others_write && !sticky)
    return Error{"unsafe", path + " can be written by others than root: nobody is approved by it"};
  return std::nullopt;
}

/// In a sticky directory nobody can rename what is root's, so one may stand above the file's own.
std::optional<Error> unsafe_above(std::string directory) {
  for (bool own = true;; own = false) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return os_error(errno, directory);
    if (auto wrong = unsafe(directory, status, !own)) return wrong;
    if (directory == "/") return std::nullopt;
    const std::size_t slash = directory.rfind('/');
    directory.resize(slash == 0 ? 1 : slash);
  }
}

Result<std::string> real_path(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }  // realpath(3) wants free
  };
  const std::unique_ptr<char, Free> found(::realpath(path.c_str(), nullptr));
  if (!found) return os_error(errno, path);
  return std::string(found.get());
}

}  // namespace

Result<Fd> open_signers(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (path.empty() || path.front() != '/' || slash + 1 == path.size())
    return Error{"unsafe", path + ": no absolute path"};
  const Result<std::string> directory = real_path(slash == 0 ? "/" : path.substr(0, slash));
  if (!directory) return directory.error();
  if (auto wrong = unsafe_above(*directory)) return *wrong;
  const std::string name = *directory + path.substr(slash);
  const Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return os_error(errno, path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return os_error(errno, path);
  if (!S_ISREG(status.st_mode)) return Error{"unsafe", path + " is no regular file"};
  if (auto wrong = unsafe(path, status, false)) return *wrong;
  const std::string content_of = "/proc/self/fd/" + std::to_string(file.get());
  const Result<std::string> content = read_file(content_of, max_signers_bytes);
  if (!content) return Error{content.error().code, path + ": " + content.error().message};
  return memory_file(*content);
}

}  // namespace guardd
