// SPDX-License-Identifier: Apache-2.0
#include "client/targets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "core/text.hpp"
#include "core/wire.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd::client {
namespace {

Error bad_target(std::string message) { return {"usage", std::move(message)}; }

std::string shown(const std::string& name) { return printable(name, 400); }

/// What is not there is the caller's mistake; what may be there and can't be looked at is not known.
Error not_resolved(int error_number, const std::string& name) {
  const bool absent = error_number == ENOENT || error_number == ENOTDIR || error_number == ENAMETOOLONG ||
                      error_number == ELOOP || error_number == EINVAL;
  return {absent ? "usage" : "target.untraceable", os_error(error_number, "target " + shown(name)).message};
}

Result<std::string> canonical_path(const std::string& name) {
  struct Free {
    void operator()(char* text) const { std::free(text); }  // realpath(3) wants free
  };
  const std::unique_ptr<char, Free> path(::realpath(name.c_str(), nullptr));
  if (!path) return not_resolved(errno, name);
  return std::string(path.get());
}

/// JSON text is UTF-8 (RFC 8259): another name would reach guardd as the name of something else.
bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

Result<Target> resolve(const std::string& name, Operation operation) {
  if (name.empty()) return bad_target("a target is empty: is a shell variable unset?");
  const Result<std::string> path = canonical_path(name);
  if (!path) return path.error();
  // O_PATH opens nothing: no device is touched, no FIFO waits. What it holds is what is asked about, also if the name
  // moves on.
  const Fd held(::open(path->c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!held) return not_resolved(errno, name);

  struct statx status {};
  if (::statx(held.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &status) != 0)
    return not_resolved(errno, name);
  Target target{.path = *path,
                .device = std::nullopt,
                .block_device = S_ISBLK(status.stx_mode),
                .mount_id = std::nullopt,
                .inode = std::nullopt};
  if (S_ISCHR(status.stx_mode) || S_ISFIFO(status.stx_mode) || S_ISSOCK(status.stx_mode) || S_ISLNK(status.stx_mode)) {
    return bad_target("target " + shown(name) + " is no block device, file or directory");
  }
  if (operation == Operation::reinstall && !target.block_device) {
    return bad_target("target " + shown(name) + " is no block device: check-reinstall --target wants a disk");
  }
  if (!is_utf8(*path)) {
    return Error{"target.untraceable",
                 "the name of target " + shown(*path) + " is not UTF-8, so guardd can't be asked about it"};
  }
  if (target.block_device) {
    target.device = DeviceNumber{status.stx_rdev_major, status.stx_rdev_minor};
  } else {
    target.device = DeviceNumber{status.stx_dev_major, status.stx_dev_minor};
    target.inode = status.stx_ino;
    // Kernels before 5.8 don't say; guardd can't look through a path there either.
    if ((status.stx_mask & STATX_MNT_ID) != 0) target.mount_id = static_cast<std::int64_t>(status.stx_mnt_id);
  }
  return target;
}

}  // namespace

Result<std::vector<Target>> resolve_targets(std::span<const std::string> names, Operation operation) {
  if (names.empty()) return bad_target("no target: an empty list is never everything");
  std::vector<Target> targets;
  for (const std::string& name : names) {
    Result<Target> target = resolve(name, operation);
    if (!target) return target.error();
    if (std::find(targets.begin(), targets.end(), *target) == targets.end())
      targets.push_back(std::move(target).value());
    if (targets.size() > max_targets)
      return bad_target("more than " + std::to_string(max_targets) + " targets: ask in parts");
  }
  return targets;
}

}  // namespace guardd::client
