// SPDX-License-Identifier: Apache-2.0
#include "client/event_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "client/http.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds connect_time{100};
/// guardd says ": alive" every 10 s.
constexpr std::chrono::seconds longest_silence{30};

}  // namespace

void EventConnection::lose() {
  connection_.reset();
  due_ = std::chrono::steady_clock::now() + pause_;
  pause_ = std::min(2 * pause_, longest_pause_);
}

void EventConnection::connect() {
  lose();
  Result<Fd> connected = connect_to(socket_, rule_, Deadline(connect_time));
  if (!connected) return;
  const std::string request = to_bytes({"GET", path_});
  // An empty socket has room for these few bytes.
  if (::send(connected->get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return;
  connection_ = std::move(connected).value();
  reader_ = EventReader();
  due_ = std::chrono::steady_clock::now() + longest_silence;
}

std::vector<json> EventConnection::take() {
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
  if (reader_.count() > 0) pause_ = std::chrono::seconds{1};
  due_ = std::chrono::steady_clock::now() + longest_silence;
  return std::move(told).value();
}

}  // namespace guardd::client
