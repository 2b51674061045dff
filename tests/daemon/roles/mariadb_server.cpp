// SPDX-License-Identifier: Apache-2.0
#include "mariadb_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace roles_test {
namespace {

/// A fresh data directory takes most of a second to make, and a copy of it a tenth.
const std::string& template_data() {
  static const TemporaryDirectory directory;
  static const std::string data = [] {
    std::string path = directory.path() + "/data";
    ChildProcess install({"mariadb-install-db", "--no-defaults", "--user=root", "--datadir=" + path, "--skip-test-db",
                          "--auth-root-authentication-method=socket", "--innodb-log-file-size=4M"},
                         directory.path() + "/log");
    if (install.wait() != 0) {
      throw std::runtime_error("mariadb-install-db failed, these tests need mariadb-server: " +
                               read_all(directory.path() + "/log"));
    }
    return path;
  }();
  return data;
}

unsigned free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace

MariadbServer::MariadbServer(const MariadbOptions& options) {
  const std::string data = directory_.path() + "/data";
  if (ChildProcess({"cp", "-a", template_data(), data}, directory_.path() + "/log").wait() != 0) {
    throw std::runtime_error("cp");
  }
  ::mkdir((directory_.path() + "/run").c_str(), 0700);
  std::vector<std::string> arguments;
  if (options.own_mounts) {
    arguments = {"unshare",
                 "--mount",
                 "--propagation",
                 "private",
                 "sh",
                 "-c",
                 "mount -t tmpfs none " + directory_.path() + "/run && exec \"$@\"",
                 "sh"};
  }
  for (const std::string& argument :
       {std::string("mariadbd"), std::string("--no-defaults"), std::string("--user=root"), "--datadir=" + data,
        "--socket=" + socket(), "--server-id=" + std::to_string(options.server_id), std::string("--log-bin"),
        std::string("--log-slave-updates"), std::string("--skip-name-resolve"),
        std::string("--innodb-buffer-pool-size=8M"), std::string("--innodb-log-file-size=4M"),
        std::string("--innodb-flush-log-at-trx-commit=0"), std::string("--slave-net-timeout=2")}) {
    arguments.push_back(argument);
  }
  if (options.networking) {
    port_ = free_port();
    arguments.push_back("--bind-address=127.0.0.1");
    arguments.push_back("--port=" + std::to_string(port_));
  } else {
    arguments.push_back("--skip-networking");
  }
  // Where scripts/test has unpacked them, for they are in no package of programs alone.
  if (const char* const plugins = std::getenv("GUARDD_MARIADB_PLUGINS"); plugins != nullptr) {
    arguments.push_back(std::string("--plugin-dir=") + plugins);
  }
  arguments.insert(arguments.end(), options.more.begin(), options.more.end());
  process_ = std::make_unique<ChildProcess>(arguments, directory_.path() + "/log");
  const auto up = [&] {
    return options.own_mounts ? log().find("ready for connections") != std::string::npos : connect() != nullptr;
  };
  if (!wait_until(up)) throw std::runtime_error("mariadbd did not start: " + log());
}

MariadbServer::Connection MariadbServer::connect() const {
  Connection connection(mysql_init(nullptr), &mysql_close);
  const unsigned seconds = 5;
  mysql_options(connection.get(), MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
  if (mysql_real_connect(connection.get(), nullptr, "root", password_.c_str(), nullptr, 0, socket().c_str(),
                         CLIENT_MULTI_STATEMENTS) == nullptr) {
    connection.reset();
  }
  return connection;
}

void MariadbServer::sql(const std::string& statement) const {
  const Connection connection = connect();
  if (!connection) throw std::runtime_error("cannot connect for " + statement);
  int status = mysql_query(connection.get(), statement.c_str());
  while (status == 0) {
    mysql_free_result(mysql_store_result(connection.get()));
    status = mysql_next_result(connection.get());
  }
  if (status > 0) throw std::runtime_error(statement + ": " + mysql_error(connection.get()));
}

std::string MariadbServer::ask(const std::string& statement, const std::string& column) const {
  const Connection connection = connect();
  if (!connection || mysql_query(connection.get(), statement.c_str()) != 0) throw std::runtime_error(statement);
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(connection.get()),
                                                                        &mysql_free_result);
  const MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr;
  if (row == nullptr) return "";
  for (unsigned i = 0; i < mysql_num_fields(result.get()); ++i) {
    if (column == mysql_fetch_field_direct(result.get(), i)->name) return row[i] != nullptr ? row[i] : "";
  }
  throw std::runtime_error("no column " + column);
}

guardd::RoleInput MariadbServer::input() const {
  guardd::RoleInput input;
  input.process = process_fact(pid());
  input.probe = "mysql";
  return input;
}

guardd::RoleFact MariadbServer::probe() const { return guardd::probe_role(input(), {}); }

void MariadbServer::set_root_password(const std::string& password) {
  sql("ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('" + password + "')");
  password_ = password;
}

void MariadbServer::replicate_from(const MariadbServer& source) const {
  source.sql("GRANT REPLICATION SLAVE ON *.* TO r@'127.0.0.1' IDENTIFIED BY 'r'");
  sql("CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=" + std::to_string(source.port()) +
      ", MASTER_USER='r', MASTER_PASSWORD='r', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1; START SLAVE");
}

}  // namespace roles_test
