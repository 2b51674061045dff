// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/safe_walk.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "daemon/storage/fs_class.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

Fd open_path(int directory, const char* name, std::uint64_t resolve) {
  // Neither O_DIRECTORY nor a slash at the end: they would trigger an automount.
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | resolve;
  return Fd(static_cast<int>(::syscall(SYS_openat2, directory, name, &how, sizeof how)));
}

std::string child_path(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

Error not_local(const MountFact& mount, const std::string& path) {
  return {"not_local", path + ": a " + mount.fstype + " filesystem is not entered"};
}

/// Proves that the node lies on a known mount that may be walked.
std::optional<Error> refuse_mount(View& view, const Identity& identity, const std::string& path) {
  const MountFact* mount = view.mounts().by_id(identity.mount_id);
  if (mount == nullptr && view.refresh()) mount = view.mounts().by_id(identity.mount_id);
  if (mount == nullptr) return Error{"unknown_mount", path + ": lies on a mount that mountinfo does not list"};
  if (!is_walkable(classify_filesystem(mount->fstype, mount->device))) return not_local(*mount, path);
  return std::nullopt;
}

Result<Node> root_node(View& view) {
  Node node;
  node.fd.reset(::fcntl(view.root(), F_DUPFD_CLOEXEC, 0));
  if (!node.fd) return os_error(errno, "/");
  const Result<Identity> identity = identify(node.fd.get());
  if (!identity) return identity.error();
  node.identity = *identity;
  node.path = "/";
  node.ancestors.push_back(identity->id());
  if (std::optional<Error> error = refuse_mount(view, node.identity, node.path)) return *error;
  return node;
}

}  // namespace

Result<Node> step(View& view, const Node& directory, const std::string& name) {
  Node node;
  node.path = child_path(directory.path, name);
  for (int attempt = 0;; ++attempt) {
    const MountFact* mount = view.mounts().mounted_on(directory.identity.mount_id, node.path);
    if (mount != nullptr && !is_walkable(classify_filesystem(mount->fstype, mount->device))) {
      return not_local(*mount, node.path);
    }
    node.fd = open_path(directory.fd.get(), name.c_str(), mount == nullptr ? RESOLVE_NO_XDEV : 0);
    if (node.fd) break;
    // Something was mounted there since the table was read.
    if (errno != EXDEV || attempt > 0)
      return errno == EXDEV ? Error{"unknown_mount", node.path} : os_error(errno, node.path);
    if (!view.refresh()) return Error{"unknown_mount", node.path + ": its mount is not in mountinfo"};
  }
  const Result<Identity> identity = identify(node.fd.get());
  if (!identity) return identity.error();
  node.identity = *identity;
  if (node.identity.mount_id != directory.identity.mount_id) {
    if (std::optional<Error> error = refuse_mount(view, node.identity, node.path)) return *error;
  }
  node.ancestors = directory.ancestors;
  node.ancestors.push_back(node.identity.id());
  return node;
}

Result<Node> walk(View& view, std::string_view path) {
  if (!path.starts_with('/')) return Error{"enoent", std::string(path) + ": not absolute"};
  Result<Node> root = root_node(view);
  if (!root) return root.error();
  std::vector<Node> trail;
  trail.push_back(std::move(root).value());
  std::string rest(path);
  for (int links = 0; !rest.empty();) {
    rest.erase(0, std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string name = rest.substr(0, rest.find('/'));
    rest.erase(0, name.size());
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      if (trail.size() > 1) trail.pop_back();
      continue;
    }
    if (!trail.back().identity.is_directory()) return Error{"enotdir", trail.back().path + ": Not a directory"};
    if (trail.size() > max_components) return Error{"too_deep", std::string(path) + ": too many components"};
    Result<Node> next = step(view, trail.back(), name);
    if (!next) return next.error();
    if (!next->identity.is_symlink()) {
      trail.push_back(std::move(next).value());
      continue;
    }
    const Result<std::string> target = read_link_at(next->fd.get(), "");
    if (!target) return target.error();
    if (++links > max_symlinks) return Error{"eloop", std::string(path) + ": too many symbolic links"};
    if (target->size() + rest.size() > PATH_MAX) return Error{"enametoolong", std::string(path) + ": too long"};
    if (target->starts_with('/')) trail.resize(1);
    rest.insert(0, *target);
  }
  return std::move(trail.back());
}

bool is_absence(const Error& error) {
  return error.code == "enoent" || error.code == "enotdir" || error.code == "esrch";
}

}  // namespace guardd
