// SPDX-License-Identifier: Apache-2.0
#include "procfs/net_unix.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace guardd;

namespace {

const std::string header = "Num       RefCount Protocol Flags    Type St Inode Path\n";

}  // namespace

TEST_CASE("listeners, connections and abstract names") {
  const auto sockets =
      parse_net_unix(header +
                     "0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/mysqld/mysqld.sock\n"
                     "0000000000000000: 00000003 00000000 00000000 0001 03 12346 /run/mysqld/mysqld.sock\n"
                     "ffff9c3a: 00000002 00000000 00010000 0005 01 7 @/tmp/.X11-unix/X0\n"
                     "0000000000000000: 00000003 00000000 00000000 0002 01     8\n");
  REQUIRE(sockets);
  REQUIRE(sockets->size() == 4);
  CHECK((*sockets)[0].inode == 12345);
  CHECK((*sockets)[0].listening);
  CHECK((*sockets)[0].type == 1);
  CHECK((*sockets)[0].path == "/run/mysqld/mysqld.sock");
  CHECK_FALSE((*sockets)[0].abstract);
  CHECK_FALSE((*sockets)[1].listening);
  CHECK((*sockets)[2].abstract);
  CHECK((*sockets)[2].path == "/tmp/.X11-unix/X0");
  CHECK((*sockets)[3].path.empty());
}

TEST_CASE("names with spaces and newlines stay with their socket") {
  const auto sockets = parse_net_unix(header +
                                      "0000: 00000002 00000000 00010000 0001 01 1 /tmp/ a  b\nsecond: line\n\n"
                                      "0000: 00000002 00000000 00010000 0001 01 2 /tmp/c\n");
  REQUIRE(sockets);
  REQUIRE(sockets->size() == 2);
  CHECK((*sockets)[0].path == "/tmp/ a  b\nsecond: line\n");
  CHECK((*sockets)[1].path == "/tmp/c");
}

TEST_CASE("no table of sockets, or lines that belong to none, is an error") {
  CHECK(parse_net_unix("").error().code == "bad_net_unix");
  CHECK_FALSE(parse_net_unix("0000: 00000002 00000000 00010000 0001 01 1 /tmp/a\n"));
  CHECK_FALSE(parse_net_unix(header + "rubbish\n"));
  CHECK_FALSE(parse_net_unix(header + "0000: 00000002 00000000 00010000 0001 01 1\nrubbish\n"));
  CHECK(parse_net_unix(header)->empty());
}
