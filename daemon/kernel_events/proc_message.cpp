// SPDX-License-Identifier: Apache-2.0
#include "daemon/kernel_events/proc_message.hpp"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstring>

namespace guardd {
namespace {

constexpr std::size_t connector_at = NLMSG_HDRLEN;
constexpr std::size_t event_at = connector_at + sizeof(cn_msg);
constexpr std::size_t what_at = event_at + offsetof(proc_event, what);
constexpr std::size_t data_at = event_at + offsetof(proc_event, event_data);
// The events that the filter lets through begin with the thread and the process.
constexpr std::size_t thread_at = data_at + offsetof(decltype(proc_event::event_data.exec), process_pid);
constexpr std::size_t process_at = data_at + offsetof(decltype(proc_event::event_data.exec), process_tgid);
static_assert(offsetof(proc_event, event_data) == 16 && sizeof(cn_msg) == 20 && NLMSG_HDRLEN == 16);

template <typename T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

ProcMessage::Kind kind_of(std::uint32_t what) {
  switch (what) {
    case proc_event::PROC_EVENT_NONE:
      return ProcMessage::Kind::acknowledged;
    case proc_event::PROC_EVENT_EXEC:
      return ProcMessage::Kind::program;
    case proc_event::PROC_EVENT_COMM:
      return ProcMessage::Kind::name;
    case proc_event::PROC_EVENT_UID:
    case proc_event::PROC_EVENT_GID:
      return ProcMessage::Kind::user;
    default:
      return ProcMessage::Kind::other;
  }
}

/// A filter's loads are in network byte order, and what they load here is in the host's.
std::uint32_t loaded(std::uint32_t value) { return ntohl(value); }

}  // namespace

Result<ProcMessage> parse_proc_message(std::span<const std::byte> datagram) {
  const auto malformed = [](const char* why) { return Error{"malformed", std::string("proc connector: ") + why}; };
  if (datagram.size() < process_at + sizeof(std::int32_t)) return malformed("a message is cut short");
  const auto header = number_at<nlmsghdr>(datagram, 0);
  const auto connector = number_at<cn_msg>(datagram, connector_at);
  if (header.nlmsg_len > datagram.size() || header.nlmsg_len < event_at) return malformed("a wrong length");
  if (connector.id.idx != CN_IDX_PROC || connector.id.val != CN_VAL_PROC) return malformed("another connector's");
  ProcMessage message;
  message.kind = kind_of(number_at<std::uint32_t>(datagram, what_at));
  if (message.kind == ProcMessage::Kind::acknowledged) {
    message.error = number_at<std::uint32_t>(datagram, data_at);
  } else {
    message.pid = number_at<std::int32_t>(datagram, process_at);
  }
  return message;
}

std::span<const sock_filter> proc_message_filter() {
  constexpr std::uint32_t all = 0xffff'ffff;
  // clang-format off: a jump's last two numbers are the instructions skipped when it holds and when it doesn't
  static const std::array<sock_filter, 13> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, what_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, loaded(proc_event::PROC_EVENT_NONE), 9, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, loaded(proc_event::PROC_EVENT_EXEC), 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, loaded(proc_event::PROC_EVENT_COMM), 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, loaded(proc_event::PROC_EVENT_UID), 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, loaded(proc_event::PROC_EVENT_GID), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, thread_at),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, process_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, all),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  // clang-format on
  return program;
}

}  // namespace guardd
