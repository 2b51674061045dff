// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/inet_diag.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "os/fd.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

/// The kernel fills at most 32 KiB of a dump, NLMSG_GOODSIZE.
constexpr std::size_t datagram_bytes = std::size_t{64} * 1024;
constexpr int attempts = 3;

/// A struct out of bytes that need not be aligned.
template <typename T>
std::optional<T> take(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// An error number out of a message, MAX_ERRNO being 4095 in include/linux/err.h.
int error_number(std::int32_t negative) { return negative < 0 && negative >= -4095 ? -negative : EPROTO; }

std::string endpoint(const inet_diag_msg& message) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(message.idiag_family, message.id.idiag_dst, text.data(), text.size()) == nullptr) return "?";
  const std::string port = std::to_string(ntohs(message.id.idiag_dport));
  return message.idiag_family == AF_INET6 ? "[" + std::string(text.data()) + "]:" + port : text.data() + (":" + port);
}

TcpSocket socket_of(const inet_diag_msg& message) {
  TcpSocket socket;
  socket.listening = message.idiag_state == TCP_LISTEN;
  socket.port = ntohs(message.id.idiag_sport);
  socket.inode = message.idiag_inode;
  if (!socket.listening) socket.peer = endpoint(message);
  return socket;
}

Result<bool> request_dump(int netlink, std::uint8_t family) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } message{};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = family;
  message.request.sdiag_protocol = IPPROTO_TCP;
  message.request.idiag_states = 1U << TCP_LISTEN | 1U << TCP_ESTABLISHED;
  if (::send(netlink, &message, sizeof message, 0) < 0) return os_error(errno, "asking for TCP sockets");
  return true;
}

/// Adds the family's sockets; false when the dump was inconsistent.
Result<bool> dump_into(std::vector<TcpSocket>& all, std::uint8_t family, std::size_t limit) {
  const Fd netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return os_error(errno, "NETLINK_SOCK_DIAG");
  if (Result<bool> sent = request_dump(netlink.get(), family); !sent) return sent;
  std::vector<std::byte> buffer(datagram_bytes);
  while (true) {
    const ssize_t got = ::recv(netlink.get(), buffer.data(), buffer.size(), MSG_TRUNC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return os_error(got < 0 ? errno : EPROTO, "reading TCP sockets");
    if (static_cast<std::size_t>(got) > buffer.size()) return Error{"too_big", "TCP sockets: a datagram was cut short"};
    Result<TcpSockets> part = parse_inet_diag(std::span(buffer).first(static_cast<std::size_t>(got)));
    if (!part) return part.error();
    all.insert(all.end(), part->sockets.begin(), part->sockets.end());
    if (all.size() > limit) return Error{"too_many", "more than " + std::to_string(limit) + " TCP sockets"};
    if (part->inconsistent) return false;
    if (part->done) return true;
  }
}

}  // namespace

Result<TcpSockets> parse_inet_diag(std::span<const std::byte> datagram) {
  TcpSockets result;
  while (!datagram.empty()) {
    const auto header = take<nlmsghdr>(datagram);
    if (!header || header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > datagram.size()) {
      return Error{"bad_message", "TCP sockets: a message was cut short"};
    }
    const auto payload = datagram.subspan(NLMSG_HDRLEN, header->nlmsg_len - NLMSG_HDRLEN);
    if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) result.inconsistent = true;
    if (header->nlmsg_type == NLMSG_DONE) {
      // It carries the dump's result: netlink_dump_done() in net/netlink/af_netlink.c.
      const auto status = take<std::int32_t>(payload);
      if (!status) return Error{"bad_message", "TCP sockets: a message was cut short"};
      if (*status < 0) return os_error(error_number(*status), "the kernel broke off listing TCP sockets");
      result.done = true;
      return result;
    }
    if (header->nlmsg_type == NLMSG_ERROR) {
      const auto error = take<nlmsgerr>(payload);
      return os_error(error ? error_number(error->error) : EPROTO, "the kernel refused to list TCP sockets");
    }
    const auto message = take<inet_diag_msg>(payload);
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || !message) {
      return Error{"bad_message", "TCP sockets: a message of another kind"};
    }
    result.sockets.push_back(socket_of(*message));
    datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header->nlmsg_len), datagram.size()));
  }
  return result;
}

Result<std::vector<TcpSocket>> read_tcp_sockets(std::size_t limit) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    std::vector<TcpSocket> all;
    bool consistent = true;
    for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
      const Result<bool> dumped = dump_into(all, family, limit);
      if (!dumped) return dumped.error();
      consistent = consistent && *dumped;
    }
    if (consistent) return all;
  }
  return Error{"inconsistent", "TCP sockets changed too fast to be listed"};
}

}  // namespace guardd
