// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/view.hpp"

#include <fcntl.h>

#include <cerrno>

#include "core/locate.hpp"
#include "daemon/data/node.hpp"
#include "daemon/storage/mountinfo.hpp"
#include "os/read.hpp"

namespace guardd {

Result<std::unique_ptr<View>> View::open(std::int32_t pid, std::uint64_t mnt_ns, const HostRoot& host) {
  std::unique_ptr<View> view(new View(pid, mnt_ns, host));
  const std::string link = host.proc + "/" + std::to_string(pid) + "/root";
  view->root_.reset(::open(link.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!view->root_) return os_error(errno, link);
  const Result<Identity> identity = identify(view->root_.get());
  if (!identity) return identity.error();
  view->root_mount_ = identity->mount_id;
  view->root_inode_ = identity->inode;
  const Result<std::string> target = read_link_at(AT_FDCWD, link.c_str());
  if (target && *target != "/") view->prefix_ = *target;
  Result<std::vector<MountFact>> mounts = read_mountinfo(pid, mnt_ns, host);
  if (!mounts) return mounts.error();
  view->mounts_ = MountTable(std::move(mounts).value());
  return view;
}

bool View::refresh() {
  if (refreshes_left_ == 0) return false;
  --refreshes_left_;
  Result<std::vector<MountFact>> mounts = read_mountinfo(pid_, mnt_ns_, host_);
  if (!mounts) return false;
  mounts_ = MountTable(std::move(mounts).value());
  return true;
}

std::optional<std::string> View::from_namespace(std::string_view path) const {
  if (prefix_.empty()) return std::string(path);
  if (!is_within(path, prefix_)) return std::nullopt;
  const std::string_view rest = path.substr(prefix_.size());
  return rest.empty() ? "/" : std::string(rest);
}

std::string View::to_namespace(std::string_view path) const {
  if (prefix_.empty()) return std::string(path);
  return path == "/" ? prefix_ : prefix_ + std::string(path);
}

}  // namespace guardd
