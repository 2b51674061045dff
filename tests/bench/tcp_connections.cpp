// SPDX-License-Identifier: Apache-2.0
// tcp_connections accept|connect PORT COUNT: one end of so many established TCP connections over loopback, in processes
// of at most 10,000 each. Prints "ready" when all are there and lives until its standard input ends. The accepting end
// is to be started first, and prints "listening" when it can be connected to.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/bench/children.hpp"

namespace {

constexpr int backlog = 4096;
// Fewer than a process may have open on many machines, and than ip_local_port_range has: 28,232 by default.
constexpr int share = 10'000;

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  _exit(1);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(0, port);
  if (bind(listener, generic(address), sizeof address) != 0) fail("bind");
  if (listen(listener, backlog) != 0) fail("listen");
  std::puts("listening");
  std::fflush(stdout);
  return listener;
}

void accept_some(int listener, int count) {
  for (int accepted = 0; accepted < count; ++accepted) {
    if (accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) < 0) fail("accept");
  }
}

/// From an address of their own, since two connections differ in an address or a port.
void connect_some(std::uint32_t host, std::uint16_t port, int count) {
  const sockaddr_in own = loopback(host, 0);
  const sockaddr_in server = loopback(0, port);
  const int yes = 1;
  for (int connected = 0; connected < count; ++connected) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) fail("socket");
    setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(client, generic(own), sizeof own) != 0) fail("bind");
    if (connect(client, generic(server), sizeof server) != 0) fail("connect");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const int count = std::atoi(argv[3]);
  raise_descriptor_limit();
  const int listener = std::string_view(argv[1]) == "accept" ? listen_on(port) : -1;
  return hold_children((count + share - 1) / share, [&](int child) {
    const int some = std::min(share, count - child * share);
    if (listener >= 0) {
      accept_some(listener, some);
    } else {
      connect_some(1 + static_cast<std::uint32_t>(child), port, some);
    }
  });
}
