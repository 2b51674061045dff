// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "tests/temporary_directory.hpp"

/// What the role tests share: programs that they start and end themselves.
namespace roles_test {

using guardd::test::TemporaryDirectory;

/// Runs until `done` says so; false when that takes longer than `seconds`.
bool wait_until(const std::function<bool()>& done, double seconds = 10);

/// A program that ends with this object, by its pid, and whenever the test itself ends.
class ChildProcess {
 public:
  /// Output goes to the file `output`. uid 0: as the test's own user.
  ChildProcess(std::vector<std::string> arguments, const std::string& output, uid_t uid = 0);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Its exit status, once it has ended by itself.
  int wait();
  void signal(int number) const;

 private:
  pid_t pid_ = -1;
};

/// The process as the processes inspector would describe it.
guardd::ProcessFact process_fact(pid_t pid);

std::string read_all(const std::string& path);
void write_file(const std::string& path, const std::string& text, mode_t mode);

}  // namespace roles_test
