// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd::client {

/// How a process has ended.
struct Ended {
  int status = 0;   ///< of exit(3)
  int signal = 0;   ///< that ended it; 0: none
  bool ran = true;  ///< false: there was no such program, or it could not be run
  /// As a shell says it: 128 + N for signal N.
  [[nodiscard]] int exit_status() const { return signal != 0 ? 128 + signal : status; }
};

/// A child that waits until it may become the command; ended with the object where it was not let go. Where this
/// process dies before, it ends without having run anything.
class Child {
 public:
  /// `variable`, "NAME=VALUE", is added to the command's environment.
  static Result<Child> start(const std::vector<std::string>& command, const std::string& variable);
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), gate_(std::move(other.gate_)) {}
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// It becomes the command, with the signals that guardctl was started with; 127 is its end where there is no such
  /// program, 126 where it can't be run: env(1).
  void go();
  /// Its end, when that has come.
  [[nodiscard]] std::optional<Ended> reap();
  /// Kills and reaps it, where it was not reaped.
  void end();
  /// A signal, as long as it was not reaped.
  void send(int signal) const;

 private:
  Child(pid_t pid, Fd gate) : pid_(pid), gate_(std::move(gate)) {}

  pid_t pid_;  // -1: reaped
  Fd gate_;    // a byte into it lets the child go; one out of it says that it could not become the command
};

}  // namespace guardd::client
