// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "daemon/data/mount_table.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"

namespace guardd {

/// How one process sees files: its root directory and the mounts beneath. Paths here are relative to that root.
class View {
 public:
  /// Through /proc/PID/root; `mnt_ns` is the namespace's inode as the caller knows it. "enoent" or "esrch": the process
  /// has ended.
  static Result<std::unique_ptr<View>> open(std::int32_t pid, std::uint64_t mnt_ns, const HostRoot& host);

  [[nodiscard]] int root() const { return root_.get(); }
  [[nodiscard]] std::int64_t root_mount() const { return root_mount_; }
  [[nodiscard]] std::uint64_t root_inode() const { return root_inode_; }
  [[nodiscard]] std::uint64_t mnt_ns() const { return mnt_ns_; }
  [[nodiscard]] std::int32_t pid() const { return pid_; }
  [[nodiscard]] const MountTable& mounts() const { return mounts_; }

  /// Reads the mounts again; they may have changed since. False when that failed, or was done often already in this
  /// look.
  bool refresh();

  /// A path of the namespace, as a /proc link of a process in it shows it, as seen from this root. A process in a
  /// chroot has files that lie outside: nothing.
  [[nodiscard]] std::optional<std::string> from_namespace(std::string_view path) const;
  /// The other way round.
  [[nodiscard]] std::string to_namespace(std::string_view path) const;

 private:
  View(std::int32_t pid, std::uint64_t mnt_ns, const HostRoot& host) : pid_(pid), mnt_ns_(mnt_ns), host_(host) {}

  std::int32_t pid_;
  std::uint64_t mnt_ns_;
  HostRoot host_;
  Fd root_;
  std::int64_t root_mount_ = -1;
  std::uint64_t root_inode_ = 0;
  std::string prefix_;  ///< the root's path in the namespace, empty for "/"
  MountTable mounts_;
  int refreshes_left_ = 8;
};

}  // namespace guardd
