// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::test {

/// "" where this machine can do what these tests need: root, loop devices, mounts. Otherwise what is lacking.
std::string lab_lacks();

/// Runs a program to its end; throws unless it exits 0.
void run(const std::vector<std::string>& command);

/// A filesystem in a sparse file on a loop device, mounted; all gone with the object.
class LoopMount {
 public:
  LoopMount(const std::string& image, const std::string& mountpoint, const std::string& fstype);
  LoopMount(const LoopMount&) = delete;
  LoopMount& operator=(const LoopMount&) = delete;
  ~LoopMount();

  [[nodiscard]] const std::string& node() const { return node_; }
  [[nodiscard]] DeviceNumber device() const;

 private:
  Fd loop_;  ///< with LO_FLAGS_AUTOCLEAR: the kernel detaches it after the last close
  std::string node_;
  std::string mountpoint_;
};

/// A mount, undone with the object.
class Mounted {
 public:
  Mounted(const std::string& source, const std::string& mountpoint, const char* fstype, unsigned long flags,
          const std::string& options);
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted();

 private:
  std::string mountpoint_;
};

/// A FUSE filesystem that nobody serves: whoever asks it anything hangs, until the object goes.
class HungFuse {
 public:
  explicit HungFuse(const std::string& mountpoint);

 private:
  Fd device_;
  std::unique_ptr<Mounted> mount_;
};

/// A process that prepares itself, then waits until the object goes. What `prepare` throws ends it at once.
class Waiting {
 public:
  explicit Waiting(const std::function<void()>& prepare);
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting();

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  Fd hold_;
};

/// A small host to look at: an ext4 of its own as the root directory of a process, which stands for PID 1. In a mount
/// namespace of the test program's own, so that nothing of it is seen by or left to the machine.
class Lab {
 public:
  Lab();

  [[nodiscard]] std::string at(const std::string& path) const { return tree_.at("r") + path; }  ///< as the test sees it
  [[nodiscard]] const HostRoot& host() const { return host_; }
  [[nodiscard]] pid_t init() const { return init_->pid(); }
  [[nodiscard]] const LoopMount& disk() const { return *disk_; }
  [[nodiscard]] std::uint64_t mnt_ns() const;
  TemporaryDirectory& scratch() { return tree_; }

  void file(const std::string& path, const std::string& content = "x") { tree_.file("r" + path, content); }
  void directory(const std::string& path) { tree_.directory("r" + path); }
  void link(const std::string& path, const std::string& target) { tree_.link("r" + path, target); }
  /// Makes a process visible in the lab's /proc.
  void admit(pid_t pid);

  /// inspect_data() in a process of its own; throws when it has not ended after `seconds`, which ends it.
  DataOutput inspect(const DataInput& input, int seconds = 20);

 private:
  TemporaryDirectory tree_;
  HostRoot host_;
  std::unique_ptr<LoopMount> disk_;
  std::unique_ptr<Waiting> init_;
};

/// mysql by ibdata1 or aria_log_control with mysql/, postgresql by PG_VERSION with global/pg_control.
std::vector<Recognition> recognitions();

}  // namespace guardd::test
