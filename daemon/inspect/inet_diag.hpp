// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace guardd {

/// One TCP socket as the kernel lists it, sock_diag(7).
struct TcpSocket {
  bool listening = false;
  std::uint16_t port = 0;   ///< its own
  std::uint64_t inode = 0;  ///< 0 while nobody has accepted it
  std::string peer;         ///< "10.0.0.7:51234", "[2001:db8::1]:51234"; of an established one
};

/// What one datagram of a dump held.
struct TcpSockets {
  std::vector<TcpSocket> sockets;
  bool done = false;          ///< the dump's last one
  bool inconsistent = false;  ///< sockets came or went in a way that may have hidden some: NLM_F_DUMP_INTR, netlink(7)
};

/// Reads one datagram of netlink messages, which answer a dump of inet_diag. A message that is cut short or of another
/// kind is an error.
Result<TcpSockets> parse_inet_diag(std::span<const std::byte> datagram);

/// All listening and established TCP sockets, IPv4 and IPv6, of the calling thread's network namespace. At most
/// `limit`, more is an error.
Result<std::vector<TcpSocket>> read_tcp_sockets(std::size_t limit);

}  // namespace guardd
