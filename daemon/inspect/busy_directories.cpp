// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/busy_directories.hpp"

#include <algorithm>
#include <tuple>

namespace guardd::walk {

void BusyDirectories::Set::add(std::uint64_t mnt_ns, std::int32_t pid, std::string_view path) {
  auto& directories = pids_[mnt_ns];
  if (directories.find(path) != directories.end()) return;
  if (size_ == max_busy_directories) {
    overflowed_ = true;
    return;
  }
  directories.emplace(path, pid);
  ++size_;
}

void BusyDirectories::Set::merge(const Set& other) {
  for (const auto& [mnt_ns, directories] : other.pids_) {
    for (const auto& [path, pid] : directories) add(mnt_ns, pid, path);
  }
  overflowed_ = overflowed_ || other.overflowed_;
}

bool BusyDirectories::Set::contains(std::uint64_t mnt_ns, std::string_view path) const {
  const auto directories = pids_.find(mnt_ns);
  return directories != pids_.end() && directories->second.find(path) != directories->second.end();
}

void BusyDirectories::Set::list(bool cwd, const Set* without, std::vector<BusyDirectory>& out) const {
  const std::size_t begin = out.size();
  for (const auto& [mnt_ns, directories] : pids_) {
    for (const auto& [path, pid] : directories) {
      if (without == nullptr || !without->contains(mnt_ns, path)) out.push_back({path, pid, mnt_ns, cwd});
    }
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
            [](const BusyDirectory& a, const BusyDirectory& b) {
              return std::tie(a.pid, a.path, a.mnt_ns) < std::tie(b.pid, b.path, b.mnt_ns);
            });
}

void BusyDirectories::merge(const BusyDirectories& other) {
  cwds_.merge(other.cwds_);
  parents_.merge(other.parents_);
}

std::vector<BusyDirectory> BusyDirectories::list(bool& complete) const {
  std::vector<BusyDirectory> directories;
  cwds_.list(true, nullptr, directories);
  parents_.list(false, &cwds_, directories);
  complete = !cwds_.overflowed() && !parents_.overflowed() && directories.size() <= max_busy_directories;
  if (directories.size() > max_busy_directories) directories.resize(max_busy_directories);
  return directories;
}

}  // namespace guardd::walk
