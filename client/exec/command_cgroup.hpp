// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "client/deadline.hpp"
#include "core/result.hpp"

namespace guardd::client {

/// The cgroup that a permit's command and all that it starts run in, and nothing else.
class CommandCgroup {
 public:
  /// Puts the process into one: a transient scope "guardd-permit-ID.scope" where systemd runs (sd_booted(3)), else a
  /// directory guardd.permits/ID in the cgroup v2 hierarchy. Error: it could not be; the message is for people.
  static Result<CommandCgroup> place(const std::string& permit, pid_t process, const Deadline& deadline);

  /// Whether processes are in it. What can't be read is taken for alive.
  [[nodiscard]] bool lives() const;
  /// The processes in it and beneath it, `limit` at most.
  [[nodiscard]] std::vector<pid_t> processes(std::size_t limit) const;
  /// SIGTERM to each process.
  void terminate() const;
  /// cgroup.kill, cgroups(7), or SIGKILL to each where the kernel (before 5.14) has none.
  void kill() const;
  /// Removes a directory of its own when nothing runs in it any more; systemd removes its scopes itself.
  void remove() const;

 private:
  CommandCgroup(std::string path, std::string directory, bool is_own)
      : path_(std::move(path)), directory_(std::move(directory)), is_own_(is_own) {}

  std::string path_;       // in the hierarchy
  std::string directory_;  // of it
  bool is_own_;
};

}  // namespace guardd::client
