// SPDX-License-Identifier: Apache-2.0
#include "gate/state_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/text.hpp"
#include "os/fd.hpp"
#include "os/join.hpp"
#include "os/read.hpp"
#include "os/write.hpp"

namespace guardd::gate {
namespace {

bool is_believed(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

Error foreign(const std::string& path, uid_t owner) {
  return {"foreign", path + ": made by uid " + std::to_string(owner) + ", not by root"};
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

Result<Fd> open_directory(const std::string& path) {
  Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return os_error(errno, path);
  struct stat found {};
  if (::fstat(directory.get(), &found) != 0) return os_error(errno, path);
  if (!is_believed(found.st_uid)) return foreign(path, found.st_uid);
  return directory;
}

Result<bool> sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return os_error(errno, path);
  return true;
}

Result<Fd> make_directory(const std::string& path, bool durable) {
  const bool is_new = ::mkdir(path.c_str(), 0755) == 0;
  if (!is_new && errno != EEXIST) return os_error(errno, path);
  Result<Fd> directory = open_directory(path);
  if (!directory || !is_new) return directory;
  if (::fchmod(directory->get(), 0755) != 0) return os_error(errno, path);
  if (durable) {
    if (Result<bool> synced = sync_directory(parent_of(path)); !synced) return synced.error();
  }
  return directory;
}

Result<bool> write_whole(const Fd& file, std::string_view text, unsigned mode, bool durable, const std::string& path) {
  if (!write_all(file, text)) return os_error(errno, path);
  if (::fchmod(file.get(), mode) != 0 || (durable && ::fsync(file.get()) != 0)) return os_error(errno, path);
  return true;
}

/// A thread writes one file at a time; what a dead one of its number left is torn.
std::string temporary_name() { return ".new-" + std::to_string(::gettid()); }

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// The names but the hidden ones, sorted; not more than are read.
Result<std::vector<std::string>> list(const Fd& directory, const std::string& path,
                                      std::vector<std::string>& problems) {
  const int again = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> entries(again < 0 ? nullptr : ::fdopendir(again));
  if (!entries) return os_error(errno, path);
  std::vector<std::string> names;
  for (errno = 0; const dirent* const entry = ::readdir(entries.get()); errno = 0) {
    if (entry->d_name[0] == '.') continue;
    if (names.size() == max_state_files) {
      problems.push_back(path + ": more than " + std::to_string(max_state_files) + " files; the others were not read");
      break;
    }
    names.emplace_back(entry->d_name);
  }
  if (errno != 0) return os_error(errno, path);
  std::sort(names.begin(), names.end());
  return names;
}

/// What it is is known before it is opened for reading: O_PATH, open(2).
Result<std::string> read_one(const Fd& directory, const std::string& name, const std::string& path) {
  const Fd held(::openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!held) return os_error(errno, path);
  struct stat found {};
  if (::fstat(held.get(), &found) != 0) return os_error(errno, path);
  if (!S_ISREG(found.st_mode)) return Error{"not_a_file", path + ": no regular file"};
  if (!is_believed(found.st_uid)) return foreign(path, found.st_uid);
  Result<std::string> text = read_file("/proc/self/fd/" + std::to_string(held.get()), max_state_file);
  if (!text && text.error().code == "too_big")
    return Error{"too_big", path + ": more than " + std::to_string(max_state_file) + " bytes"};
  if (!text) return Error{text.error().code, path + " can't be read: " + text.error().message};
  return text;
}

}  // namespace

Result<bool> write_state_file(const std::string& directory, const std::string& name, std::string_view text,
                              unsigned mode, bool durable) {
  const std::string path = joined(directory, name);
  if (!is_plain_name(name)) return Error{"bad_name", path + ": no name for a file"};
  if (text.size() > max_state_file) return Error{"too_big", path + ": nobody would read that much"};
  const Result<Fd> place = make_directory(directory, durable);
  if (!place) return place.error();
  const std::string temporary = temporary_name();
  (void)::unlinkat(place->get(), temporary.c_str(), 0);
  const Fd file(::openat(place->get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return os_error(errno, path);
  Result<bool> written = write_whole(file, text, mode, durable, path);
  if (written && ::renameat(place->get(), temporary.c_str(), place->get(), name.c_str()) != 0)
    written = os_error(errno, path);
  if (!written) (void)::unlinkat(place->get(), temporary.c_str(), 0);
  if (written && durable && ::fsync(place->get()) != 0) return os_error(errno, directory);
  return written;
}

Result<bool> remove_state_file(const std::string& directory, const std::string& name, bool durable) {
  const std::string path = joined(directory, name);
  if (!is_plain_name(name)) return Error{"bad_name", path + ": no name for a file"};
  const Result<Fd> place = open_directory(directory);
  if (!place && place.error().code == "enoent") return true;
  if (!place) return place.error();
  if (::unlinkat(place->get(), name.c_str(), 0) != 0) {
    if (errno == ENOENT) return true;
    return os_error(errno, path);
  }
  if (durable && ::fsync(place->get()) != 0) return os_error(errno, directory);
  return true;
}

StateFiles read_state_files(const std::string& directory) {
  StateFiles read;
  const Result<Fd> place = open_directory(directory);
  if (!place) {
    if (place.error().code != "enoent") read.problems.push_back(place.error().message);
    return read;
  }
  const Result<std::vector<std::string>> names = list(*place, directory, read.problems);
  if (!names) read.problems.push_back(names.error().message);
  for (const std::string& name : names ? *names : std::vector<std::string>{}) {
    Result<std::string> text = read_one(*place, name, joined(directory, printable(name)));
    if (text) {
      read.files.emplace_back(name, std::move(text).value());
    } else if (text.error().code != "enoent") {
      read.problems.push_back(text.error().message);
    }
  }
  return read;
}

}  // namespace guardd::gate
