// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/result.hpp"
#include "os/fd.hpp"

namespace guardd::client {

/// The signals that somebody sends to guardctl and means for its command, and SIGCHLD. From now on they wait in a
/// descriptor, signalfd(2), and none of them ends this process.
class PassedSignals {
 public:
  static Result<PassedSignals> take();

  struct Signal {
    int number = 0;
    bool is_for_command = false;  ///< a process sent it: what the terminal sends has reached the command itself
  };
  /// The next one that is there.
  [[nodiscard]] std::optional<Signal> next() const;
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  explicit PassedSignals(Fd descriptor) : descriptor_(std::move(descriptor)) {}
  Fd descriptor_;
};

}  // namespace guardd::client
