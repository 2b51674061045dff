// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/proc_connector.hpp"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/kernel_events/proc_message.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

/// What may wait while guardd does something else: some ten thousand messages of the kernel's, with their overhead.
constexpr int receive_buffer_bytes = 8 * 1024 * 1024;
constexpr std::size_t batch = 64;
constexpr std::size_t message_bytes = 256;
constexpr std::size_t name_bytes = 16;  // PR_SET_NAME, prctl(2)

using Operation = std::uint32_t;  // proc_cn_mcast_op
using Subscription = std::array<std::byte, NLMSG_HDRLEN + sizeof(cn_msg) + sizeof(Operation)>;

Subscription subscription() {
  nlmsghdr header{};
  header.nlmsg_len = std::tuple_size_v<Subscription>;
  header.nlmsg_type = NLMSG_DONE;
  cn_msg connector{};
  connector.id = {CN_IDX_PROC, CN_VAL_PROC};
  connector.len = sizeof(Operation);
  const Operation operation = PROC_CN_MCAST_LISTEN;
  Subscription message{};
  std::memcpy(message.data(), &header, sizeof(header));
  std::memcpy(message.data() + NLMSG_HDRLEN, &connector, sizeof(connector));
  std::memcpy(message.data() + NLMSG_HDRLEN + sizeof(connector), &operation, sizeof(operation));
  return message;
}

void set_own_name_anew() {
  std::array<char, name_bytes> own{};
  ::prctl(PR_GET_NAME, own.data());
  ::prctl(PR_SET_NAME, own.data());
}

}  // namespace

void ProcConnector::fail(std::string why) {
  problem_ = std::move(why);
  socket_.reset();
}

void ProcConnector::open() {
  socket_.reset(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!socket_) return fail(os_error(errno, "the proc connector's socket").message);
  // Where the size can't be had messages are lost sooner, which is noticed.
  (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
  const auto filter = proc_message_filter();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
    return fail(os_error(errno, "the proc connector's filter").message);
  sockaddr_nl group{};
  group.nl_family = AF_NETLINK;
  group.nl_groups = CN_IDX_PROC;
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&group), sizeof(group)) != 0)
    return fail(os_error(errno, "the proc connector's group").message);
  subscribe();
}

void ProcConnector::subscribe() {
  const Subscription wish = subscription();
  problem_.clear();
  acknowledged_ = heard_own_ = false;
  const ssize_t sent = ::send(socket_.get(), wish.data(), wish.size(), 0);
  if (sent < 0 && errno == ECONNREFUSED)
    return fail("the kernel tells nobody here: guardd is in a network namespace of its own");
  if (sent != static_cast<ssize_t>(wish.size())) return fail(os_error(errno, "the proc connector").message);
  set_own_name_anew();
  Heard before;
  drain(before);
  if (!problem_.empty()) return;
  if (!acknowledged_) return fail("the kernel ignores who listens: guardd is in a pid or user namespace of its own");
  if (!heard_own_) return fail("what guardd itself does is not told");
}

void ProcConnector::prove(Heard& heard) {
  if (socket_) {
    heard_own_ = false;
    set_own_name_anew();
    drain(heard);
    if (heard_own_) return;
    heard.lost = true;
  }
  open();
  // Whatever it would have told meanwhile it has not.
  if (socket_) heard.lost = true;
}

void ProcConnector::take(std::span<const std::byte> datagram, Heard& heard) {
  const Result<ProcMessage> message = parse_proc_message(datagram);
  if (!message) {
    heard.lost = true;
    return;
  }
  switch (message->kind) {
    case ProcMessage::Kind::acknowledged:
      acknowledged_ = message->error == 0;
      break;
    case ProcMessage::Kind::name:
      if (message->pid == ::getpid()) {
        heard_own_ = true;
        break;
      }
      [[fallthrough]];
    case ProcMessage::Kind::program:
    case ProcMessage::Kind::user:
      heard.programs.push_back(message->pid);
      break;
    case ProcMessage::Kind::other:
      break;
  }
}

void ProcConnector::drain(Heard& heard) {
  if (!socket_) return;
  std::array<std::array<std::byte, message_bytes>, batch> buffers;
  std::array<iovec, batch> vectors{};
  std::array<mmsghdr, batch> messages{};
  std::array<sockaddr_nl, batch> senders{};
  for (std::size_t taken = 0; taken < max_drained;) {
    for (std::size_t i = 0; i < batch; ++i) {
      vectors[i] = {buffers[i].data(), buffers[i].size()};
      messages[i].msg_hdr = {&senders[i], sizeof(sockaddr_nl), &vectors[i], 1, nullptr, 0, 0};
    }
    const int got = ::recvmmsg(socket_.get(), messages.data(), batch, MSG_DONTWAIT, nullptr);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {  // said once; what is there still can be read
      heard.lost = true;
      continue;
    }
    if (got < 0 && errno != EAGAIN) return fail(os_error(errno, "the proc connector").message);
    if (got <= 0) return;
    for (int i = 0; i < got; ++i) {
      const auto index = static_cast<std::size_t>(i);
      if (senders[index].nl_pid != 0) continue;  // not the kernel
      take({buffers[index].data(), messages[index].msg_len}, heard);
    }
    taken += static_cast<std::size_t>(got);
    if (taken >= max_drained) heard.lost = true;
  }
}

}  // namespace guardd
