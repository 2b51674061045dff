// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/read_node.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/locate.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/storage/fs_class.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

bool may_enter(const MountFact& mount) { return is_walkable(classify_filesystem(mount.fstype, mount.device)); }

Fd open_parent(int directory) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV;  // what lies above its mount may be anything
  return Fd(static_cast<int>(::syscall(SYS_openat2, directory, "..", &how, sizeof how)));
}

}  // namespace

Result<std::string> read_node(const Node& node, std::size_t limit) {
  const Result<Fd> fd = open_regular(node);
  if (!fd) return fd.error();
  std::string content(limit + 1, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(fd->get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error(errno, node.path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > limit) return Error{"too_big", node.path + ": more than " + std::to_string(limit) + " bytes"};
  content.resize(filled);
  return content;
}

Result<Node> open_cwd(View& view, std::int32_t pid, const HostRoot& host) {
  const std::string link = host.proc + "/" + std::to_string(pid) + "/cwd";
  const Result<std::string> path = read_link_at(AT_FDCWD, link.c_str());
  if (!path) return path.error();
  // Opening the link would revalidate the root of an NFS mount, which can hang: first its mount by name, then, opened,
  // by id.
  const std::optional<std::string> inside = view.from_namespace(*path);
  if (!inside) return Error{"enoent", *path + ": outside the root directory"};
  const MountFact* named = mount_of(MountIndex(view.mounts().all()), view.mnt_ns(), *inside);
  if (named != nullptr && !may_enter(*named)) return Error{"not_local", *path + ": " + named->fstype};
  Node node;
  node.path = *inside;
  node.fd.reset(::open(link.c_str(), O_PATH | O_CLOEXEC));
  if (!node.fd) return os_error(errno, link);
  const Result<Identity> identity = identify(node.fd.get());
  if (!identity) return identity.error();
  node.identity = *identity;
  const MountFact* mount = view.mounts().by_id(node.identity.mount_id);
  if (mount == nullptr) return Error{"unknown_mount", *path};
  if (!may_enter(*mount)) return Error{"not_local", *path + ": " + mount->fstype};

  node.ancestors.push_back(node.identity.id());
  Fd above = open_parent(node.fd.get());
  while (above && node.ancestors.size() < max_components) {
    const Result<Identity> next = identify(above.get());
    if (!next || next->id() == node.ancestors.back()) break;  // the root directory is its own parent
    node.ancestors.push_back(next->id());
    above = open_parent(above.get());
  }
  std::ranges::reverse(node.ancestors);
  return node;
}

}  // namespace guardd
