// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/lock_holders.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>

#include "daemon/inspect/report.hpp"
#include "os/read.hpp"
#include "procfs/locks.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_locks_bytes = std::size_t{64} * 1024 * 1024;

}  // namespace

LockHolders::LockHolders(const HostRoot& host, std::vector<std::string>& problems) {
  const Result<std::string> text = read_file(host.proc + "/locks", max_locks_bytes);
  if (!text) {
    add_problem(problems, text.error().message);
    return;
  }
  const Result<std::vector<LockLine>> lines = parse_locks(*text);
  if (!lines) {
    add_problem(problems, lines.error().message);
    return;
  }
  for (const LockLine& line : *lines) {
    const bool is_lock = line.kind != LockKind::lease && !line.waiting && line.inode != 0;
    if (is_lock) by_file_[{{line.major, line.minor}, line.inode}].insert(std::max(line.pid, 0));
  }
}

std::set<std::int32_t> LockHolders::of(const Node& file, DeviceNumber device) const {
  std::set<std::int32_t> holders;
  const DeviceNumber own{gnu_dev_major(file.identity.device), gnu_dev_minor(file.identity.device)};
  for (const DeviceNumber number : {device, own}) {
    const auto found = by_file_.find({number, file.identity.inode});
    if (found != by_file_.end()) holders.insert(found->second.begin(), found->second.end());
  }
  const Result<Fd> fd = open_regular(file);
  if (!fd) return holders;
  struct flock lock {};
  lock.l_type = F_WRLCK;  // conflicts with every lock, and asking needs no descriptor open for writing
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd->get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) holders.insert(std::max(lock.l_pid, 0));
  return holders;
}

}  // namespace guardd
