// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/tree_watermark.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "daemon/data/listing.hpp"
#include "daemon/data/open_beneath.hpp"
#include "os/clock.hpp"
#include "os/join.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

std::int64_t nanoseconds(const statx_timestamp& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

/// statx(2) of an entry, or of the directory itself where the name is empty. Follows no link and triggers no automount.
bool read_status(int directory, const char* name, struct statx& status) {
  constexpr unsigned wanted = STATX_TYPE | STATX_MTIME | STATX_CTIME | STATX_SIZE;
  constexpr int flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
  return ::statx(directory, name, flags, wanted, &status) == 0;
}

void count(Watermark& mark, const struct statx& status) {
  mark.newest_ns = std::max({mark.newest_ns, nanoseconds(status.stx_mtime), nanoseconds(status.stx_ctime)});
  ++mark.entries;
  if (!S_ISDIR(status.stx_mode)) mark.bytes += status.stx_size;
}

}  // namespace

Result<Watermark> tree_watermark(int directory, std::int64_t deadline_us) {
  Watermark mark;
  struct statx status {};
  if (!read_status(directory, "", status)) return os_error(errno, "the directory");
  count(mark, status);
  std::vector<char> buffer = Listing::make_buffer();
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    const std::string path = std::move(waiting.back());
    waiting.pop_back();
    const Fd fd = open_beneath(directory, path);
    if (!fd && errno == EXDEV) continue;  // another filesystem is mounted there
    if (!fd) return os_error(errno, path);
    Listing listing(fd.get(), buffer);
    Listing::Entry entry;
    while (listing.next(entry)) {
      if (monotonic_now_us() > deadline_us) return Error{"late", "it is too large to be looked through in time"};
      const std::string name(entry.name);
      if (!read_status(fd.get(), name.c_str(), status)) return os_error(errno, joined(path, name));
      count(mark, status);
      if (S_ISDIR(status.stx_mode)) waiting.push_back(joined(path, name));
    }
    if (listing.error() != 0) return os_error(listing.error(), path);
  }
  return mark;
}

}  // namespace guardd
