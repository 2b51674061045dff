// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "os/fd.hpp"

/// What guardd and its fork server say to each other over a SOCK_SEQPACKET pair. Both ends are the same program, so
/// messages are plain structs.
namespace guardd {

/// To the fork server, with two descriptors: the worker's input (a memfd) and its output (a pipe's write end).
struct SpawnRequest {
  std::uint64_t id = 0;
  std::array<char, 32> inspector{};  ///< NUL-terminated
};

enum class EventKind : std::uint32_t {
  spawned,       ///< with the worker's pidfd
  spawn_failed,  ///< value: errno
  ended,         ///< value: the wait status of waitpid(2)
};

/// From the fork server.
struct WorkerEvent {
  std::uint64_t id = 0;
  EventKind kind = EventKind::ended;
  std::int32_t value = 0;
};

/// Sends one message with descriptors. False with errno set when it did not go out as a whole.
bool send_packet(int socket, const void* data, std::size_t size, std::span<const int> fds);

struct Packet {
  std::string bytes;  ///< empty at the end of the stream
  std::vector<Fd> fds;
};
/// Receives one message of at most 256 bytes and four descriptors, which are close-on-exec. Errors: "eagain" when there
/// is none yet, "truncated" when it was larger.
Result<Packet> receive_packet(int socket);

/// The packet as the struct that it must be, or null when its size is another's.
template <typename Message>
const Message* message_of(const Packet& packet, Message& storage) {
  if (packet.bytes.size() != sizeof(Message)) return nullptr;
  packet.bytes.copy(reinterpret_cast<char*>(&storage), sizeof(Message));
  return &storage;
}

}  // namespace guardd
