// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mysql.h>

#include <memory>
#include <string>
#include <vector>

#include "child_process.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace roles_test {

struct MariadbOptions {
  unsigned server_id = 1;
  bool networking = false;
  std::vector<std::string> more = {};  ///< arguments for mariadbd
  bool own_mounts = false;             ///< its socket lies on a tmpfs in a mount namespace of its own
};

/// A real, private MariaDB in a temporary directory, which lives as long as this object. Throws when mariadbd is
/// missing or does not start: a test must not pass without it.
class MariadbServer {
 public:
  explicit MariadbServer(const MariadbOptions& options = {});

  /// Runs statements as root; throws on an error.
  void sql(const std::string& statement) const;
  /// The cell of that column in the first row of the answer, "" where there is no row.
  [[nodiscard]] std::string ask(const std::string& statement, const std::string& column) const;

  using Connection = std::unique_ptr<MYSQL, decltype(&mysql_close)>;
  [[nodiscard]] Connection connect() const;

  [[nodiscard]] guardd::RoleInput input() const;
  [[nodiscard]] guardd::RoleFact probe() const;
  [[nodiscard]] std::string socket() const { return directory_.path() + "/run/server.sock"; }
  [[nodiscard]] std::string log() const { return read_all(directory_.path() + "/log"); }
  [[nodiscard]] unsigned port() const { return port_; }
  [[nodiscard]] ChildProcess& process() { return *process_; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  void set_root_password(const std::string& password);
  void replicate_from(const MariadbServer& source) const;

 private:
  TemporaryDirectory directory_;
  std::string password_;
  unsigned port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace roles_test
