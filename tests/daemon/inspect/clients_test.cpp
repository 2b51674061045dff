// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "daemon/inspect/inet_diag.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "tests/daemon/inspect/fake_proc.hpp"

using namespace guardd;

namespace {

template <typename Payload>
std::vector<std::byte> message(std::uint16_t type, const Payload& payload, std::uint16_t flags = 0) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof payload));
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  std::vector<std::byte> bytes(NLMSG_ALIGN(header.nlmsg_len));
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + NLMSG_HDRLEN, &payload, sizeof payload);
  return bytes;
}

inet_diag_msg established() {
  inet_diag_msg socket{};
  socket.idiag_family = AF_INET;
  socket.idiag_state = TCP_ESTABLISHED;
  socket.idiag_inode = 77;
  socket.id.idiag_sport = htons(3306);
  socket.id.idiag_dport = htons(40112);
  socket.id.idiag_dst[0] = htonl(0x0A000007);
  return socket;
}

/// A listener on loopback, with a client that has connected to it.
struct Connection {
  Fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Fd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};

  Connection() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(listener.get(), 4) == 0);
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  }
  void connect() const {
    REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  [[nodiscard]] ProcessFact server() const {
    struct stat status {};
    REQUIRE(::fstat(listener.get(), &status) == 0);
    ProcessFact process;
    process.pid = ::getpid();
    process.service = "mysql";
    process.socket_inodes = {status.st_ino};
    return process;
  }
};

}  // namespace

TEST_CASE("an established connection has its server's port and its peer") {
  const auto bytes = message(SOCK_DIAG_BY_FAMILY, established());
  const auto parsed = parse_inet_diag(bytes);
  REQUIRE(parsed);
  REQUIRE(parsed->sockets.size() == 1);
  CHECK_FALSE(parsed->sockets[0].listening);
  CHECK(parsed->sockets[0].port == 3306);
  CHECK(parsed->sockets[0].inode == 77);
  CHECK(parsed->sockets[0].peer == "10.0.0.7:40112");
  CHECK_FALSE(parsed->done);
}

TEST_CASE("the end, an interrupted dump and an error are told apart") {
  CHECK(parse_inet_diag(message(NLMSG_DONE, 0))->done);
  CHECK(parse_inet_diag(message(SOCK_DIAG_BY_FAMILY, established(), NLM_F_DUMP_INTR))->inconsistent);
  nlmsgerr error{};
  error.error = -EPERM;
  const auto refused = parse_inet_diag(message(NLMSG_ERROR, error));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "eperm");
  const auto broken_off = parse_inet_diag(message(NLMSG_DONE, -EMSGSIZE));
  REQUIRE_FALSE(broken_off);
  CHECK(broken_off.error().code == "emsgsize");
}

TEST_CASE("a datagram cut short anywhere is an error, never fewer sockets") {
  const auto bytes = message(SOCK_DIAG_BY_FAMILY, established());
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    INFO(length);
    CHECK_FALSE(parse_inet_diag(std::span(bytes).first(length)));
  }
}

TEST_CASE("a server's listener is found by its socket, whatever its port, and its clients are counted") {
  const Connection connection;
  const HostRoot root;
  const auto before = inspect_clients({{connection.server()}}, root);
  REQUIRE(before.reports.at(0).health == Health::ok);
  REQUIRE(before.listeners.size() == 1);
  CHECK(before.listeners[0].port == ntohs(connection.address.sin_port));
  CHECK(before.listeners[0].established == 0);

  connection.connect();
  const auto after = inspect_clients({{connection.server()}}, root);
  REQUIRE(after.listeners.size() == 1);
  CHECK(after.listeners[0].established == 1);
  CHECK(after.listeners[0].peers.at(0).starts_with("127.0.0.1:"));
}

TEST_CASE("a process that has ended has no clients, one that can't be looked at degrades the inspector") {
  ProcessFact gone;
  gone.pid = 0x3fffff;  // PID_MAX_LIMIT is 2^22, include/linux/threads.h
  gone.service = "mysql";
  const auto ended = inspect_clients({{gone}}, HostRoot{});
  CHECK(ended.listeners.empty());
  CHECK(ended.reports.at(0).health == Health::ok);

  const test::FakeProc proc;
  proc.file(std::to_string(gone.pid) + "/ns/net", "no namespace");
  HostRoot other;
  other.proc = proc.root();
  CHECK(inspect_clients({{gone}}, other).reports.at(0).health == Health::degraded);

  HostRoot broken;
  broken.proc = "/dev/null";
  CHECK(inspect_clients({{gone}}, broken).reports.at(0).health == Health::degraded);
}
