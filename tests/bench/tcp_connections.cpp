// SPDX-License-Identifier: Apache-2.0
// tcp_connections accept|connect PORT COUNT: one end of so many established TCP connections over loopback. Prints
// "ready" when all are there and lives until its standard input ends. The accepting end is to be started first.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr int backlog = 4096;
// Fewer than ip_local_port_range has by default, 28,232: then another source address.
constexpr int connections_of_an_address = 20'000;

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

int fail(const char* what) {
  std::perror(what);
  return 1;
}

int accept_all(std::uint16_t port, int count) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(0, port);
  if (bind(listener, generic(address), sizeof address) != 0) return fail("bind");
  if (listen(listener, backlog) != 0) return fail("listen");
  std::puts("listening");
  std::fflush(stdout);
  for (int accepted = 0; accepted < count; ++accepted) {
    if (accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) < 0) return fail("accept");
  }
  return 0;
}

int connect_all(std::uint16_t port, int count) {
  const sockaddr_in server = loopback(0, port);
  const int yes = 1;
  for (int connected = 0; connected < count; ++connected) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) return fail("socket");
    const sockaddr_in own = loopback(1 + static_cast<std::uint32_t>(connected / connections_of_an_address), 0);
    setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(client, generic(own), sizeof own) != 0) return fail("bind");
    if (connect(client, generic(server), sizeof server) != 0) return fail("connect");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const int count = std::atoi(argv[3]);
  const rlimit limit{static_cast<rlim_t>(count) + 64, static_cast<rlim_t>(count) + 64};
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail("setrlimit");
  const bool accepts = std::string_view(argv[1]) == "accept";
  if (const int status = accepts ? accept_all(port, count) : connect_all(port, count); status != 0) return status;
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
