// SPDX-License-Identifier: Apache-2.0
#include "client/exec/permit_events.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "client/http.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds reconnect_pause{1};
constexpr std::chrono::milliseconds connect_time{100};
/// guardd says ": alive" every 10 s.
constexpr std::chrono::seconds longest_silence{30};

}  // namespace

void PermitEvents::lose() {
  connection_.reset();
  due_ = std::chrono::steady_clock::now() + reconnect_pause;
}

void PermitEvents::connect() {
  lose();
  Result<Fd> connected = connect_to(socket_, rule_, Deadline(connect_time));
  if (!connected) return;
  const std::string request = to_bytes({"GET", "/v1/events?permit=" + id_});
  // An empty socket has room for these few bytes.
  if (::send(connected->get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return;
  connection_ = std::move(connected).value();
  reader_ = EventReader();
  due_ = std::chrono::steady_clock::now() + longest_silence;
}

std::vector<json> PermitEvents::take() {
  if (std::chrono::steady_clock::now() >= due_) connect();
  if (!connection_) return {};
  std::array<char, std::size_t{64} * 1024> buffer{};
  const ssize_t got = ::recv(connection_.get(), buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  Result<std::vector<json>> told =
      got > 0 ? reader_.feed({buffer.data(), static_cast<std::size_t>(got)}) : Result<std::vector<json>>(Error{});
  if (!told) {
    lose();
    return {};
  }
  due_ = std::chrono::steady_clock::now() + longest_silence;
  std::erase_if(*told, [&](const json& permit) { return !permit.contains("id") || permit["id"] != id_; });
  return std::move(told).value();
}

}  // namespace guardd::client
