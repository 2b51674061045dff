// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_directory.hpp"

namespace guardd::client::test {

/// A message bus of its own (dbus-daemon(1), which DBUS_SYSTEM_BUS_ADDRESS names as long as this lives), and on it what
/// answers as org.freedesktop.systemd1 does, as far as scopes go.
class FakeSystemd {
 public:
  /// `job_result`: how its jobs end; "": they don't; "refused": there is an error instead of a job.
  explicit FakeSystemd(std::string job_result);
  ~FakeSystemd();
  FakeSystemd(const FakeSystemd&) = delete;
  FakeSystemd& operator=(const FakeSystemd&) = delete;

  /// False where this machine has no dbus-daemon.
  [[nodiscard]] bool is_there() const { return daemon_ > 0; }
  /// What was asked for; read it when start_scope() is over.
  [[nodiscard]] const std::string& unit() const { return unit_; }
  [[nodiscard]] const std::vector<std::string>& properties() const { return properties_; }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  friend struct Methods;
  void serve(std::atomic<bool>& ready);

  guardd::test::TemporaryDirectory directory_;
  std::string job_result_;
  std::string unit_;
  std::vector<std::string> properties_;  // their names
  pid_t process_ = 0;
  pid_t daemon_ = -1;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace guardd::client::test
