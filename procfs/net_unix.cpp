// SPDX-License-Identifier: Apache-2.0
#include "procfs/net_unix.hpp"

#include <optional>

#include "procfs/fields.hpp"

namespace guardd {
namespace {

using procfs::parse_number;
using procfs::take_field;

/// include/uapi/linux/net.h
constexpr std::uint32_t accepts_connections = 1U << 16U;

/// "ffff9c: 00000002 00000000 00010000 0001 01 12345 /run/mysqld/mysqld.sock"
std::optional<UnixSocket> parse_socket(std::string_view line) {
  std::string_view rest = line;
  const std::string_view address = take_field(rest);
  if (address.size() < 2 || address.back() != ':' ||
      !parse_number<std::uint64_t>(address.substr(0, address.size() - 1), 16)) {
    return std::nullopt;
  }
  const auto count = parse_number<std::uint32_t>(take_field(rest), 16);
  const auto protocol = parse_number<std::uint32_t>(take_field(rest), 16);
  const auto flags = parse_number<std::uint32_t>(take_field(rest), 16);
  const auto type = parse_number<std::uint32_t>(take_field(rest), 16);
  const auto state = parse_number<std::uint32_t>(take_field(rest), 16);
  const auto inode = parse_number<std::uint64_t>(take_field(rest));
  if (!count || !protocol || !flags || !type || !state || !inode) return std::nullopt;
  UnixSocket socket;
  socket.inode = *inode;
  socket.type = *type;
  socket.listening = (*flags & accepts_connections) != 0;
  if (!rest.empty()) rest.remove_prefix(1);
  if (!rest.empty() && rest.front() == '@') {
    socket.abstract = true;
    rest.remove_prefix(1);
  }
  socket.path = rest;
  return socket;
}

}  // namespace

Result<std::vector<UnixSocket>> parse_net_unix(std::string_view text) {
  if (!procfs::take_line(text).starts_with("Num ")) return Error{"bad_net_unix", "net/unix: no header line"};
  std::vector<UnixSocket> sockets;
  while (!text.empty()) {
    const std::string_view line = procfs::take_line(text);
    if (auto socket = parse_socket(line)) {
      sockets.push_back(std::move(*socket));
    } else if (!sockets.empty() && !sockets.back().path.empty()) {
      sockets.back().path += '\n';
      sockets.back().path += line;
    } else {
      return Error{"bad_net_unix", "net/unix: a line that is no socket's"};
    }
  }
  return sockets;
}

}  // namespace guardd
