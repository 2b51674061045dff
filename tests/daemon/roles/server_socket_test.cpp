// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "daemon/roles/server_socket.hpp"

using guardd::choose_sockets;
using guardd::UnixSocket;
using Paths = std::vector<std::string>;

namespace {

UnixSocket listening(std::uint64_t inode, const std::string& path) {
  UnixSocket socket;
  socket.inode = inode;
  socket.listening = true;
  socket.type = 1;
  socket.path = path;
  return socket;
}

}  // namespace

TEST_CASE("a process is reached by the sockets that it listens on itself") {
  UnixSocket connected = listening(11, "/run/mysqld/mysqld.sock");
  connected.listening = false;
  UnixSocket datagram = listening(12, "/run/notify");
  datagram.type = 2;
  const std::vector<UnixSocket> table{listening(10, "/run/mysqld/mysqld.sock"), connected, datagram,
                                      listening(20, "/run/other.sock"), listening(13, "")};
  const auto paths = choose_sockets(table, {10, 11, 12, 13});
  REQUIRE(paths.ok());
  CHECK(*paths == Paths{"/run/mysqld/mysqld.sock"});
}

TEST_CASE("the X protocol's socket comes last") {
  const std::vector<UnixSocket> table{listening(10, "/run/mysqld/mysqlx.sock"), listening(11, "/srv/mysqlx/db.sock")};
  const auto paths = choose_sockets(table, {10, 11});
  REQUIRE(paths.ok());
  CHECK(*paths == Paths{"/srv/mysqlx/db.sock", "/run/mysqld/mysqlx.sock"});
  CHECK(*choose_sockets(table, {10}) == Paths{"/run/mysqld/mysqlx.sock"});
}

TEST_CASE("no socket to ask on is an error that says why") {
  CHECK(choose_sockets({}, {1}).error().code == "no_socket");
  CHECK(choose_sockets({listening(1, "/a")}, {}).error().code == "no_socket");
  UnixSocket abstract = listening(1, "mysql");
  abstract.abstract = true;
  CHECK_THAT(choose_sockets({abstract}, {1}).error().message, Catch::Contains("abstract Unix socket @mysql"));
  CHECK(choose_sockets({abstract, listening(2, "/a")}, {1, 2}).ok());
}

TEST_CASE("a forged table with one inode many times is tried so often and no more") {
  std::vector<UnixSocket> table;
  table.reserve(9);
  for (int i = 0; i < 8; ++i) table.push_back(listening(1, "/" + std::to_string(i)));
  CHECK(choose_sockets(table, {1})->size() == 8);
  table.push_back(listening(1, "/8"));
  CHECK(choose_sockets(table, {1})->size() == 8);
  table.assign(2, listening(1, "/same"));
  CHECK(*choose_sockets(table, {1}) == Paths{"/same"});
}
