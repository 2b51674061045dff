// SPDX-License-Identifier: Apache-2.0
#include "client/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace guardd::client {
namespace {

Error unreachable(std::string message) { return {"daemon.unreachable", std::move(message)}; }
Error untrusted(std::string message) { return {"daemon.untrusted", std::move(message)}; }

const char* const too_late = "did not answer in time";

/// A Unix socket's connect(2) waits for room in the listener's backlog, and poll(2) can't wait for that: a non-blocking
/// connect just says EAGAIN. SO_SNDTIMEO bounds the blocking one (socket(7)).
int connect_before(int socket, const sockaddr_un& address, const Deadline& deadline) {
  const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline.left()).count();
  if (left == 0) return EAGAIN;
  timeval limit{.tv_sec = left / 1'000'000, .tv_usec = left % 1'000'000};
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) return errno;
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

}  // namespace

Result<Fd> connect_to(const std::string& socket, const PeerRule& rule, const Deadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.empty() || socket.size() >= sizeof address.sun_path) {
    return unreachable("cannot be reached at " + socket + ": a socket's path has 1 to 107 bytes");
  }
  socket.copy(address.sun_path, socket.size());

  Fd descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor) return unreachable(std::string("cannot be asked: socket: ") + ::strerror(errno));
  if (const int error = connect_before(descriptor.get(), address, deadline); error == EAGAIN || error == EINTR) {
    return unreachable("did not take the connection at " + socket + " in time");
  } else if (error != 0) {
    return unreachable("cannot be reached at " + socket + ": " + ::strerror(error));
  }

  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) {
    return untrusted("at " + socket + " can't be identified: SO_PEERCRED failed");
  }
  if (!rule.trusts(peer.uid)) {
    return untrusted("is not what listens at " + socket + ": that socket was made by uid " + std::to_string(peer.uid) +
                     ", not by root");
  }
  const int flags = ::fcntl(descriptor.get(), F_GETFL);
  if (flags < 0 || ::fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return unreachable(std::string("cannot be asked: fcntl: ") + ::strerror(errno));
  }
  return descriptor;
}

Result<Connection> Connection::open(const std::string& socket, const PeerRule& rule, const Deadline& deadline,
                                    Spinner& spinner) {
  Result<Fd> connected = connect_to(socket, rule, deadline);
  if (!connected) return connected.error();
  return Connection(std::move(connected).value(), spinner);
}

std::optional<Error> Connection::wait_for(short events, const Deadline& deadline) {
  for (;;) {
    if (deadline.over()) return unreachable(too_late);
    pollfd waiting{.fd = socket_.get(), .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, spinner_->turn(deadline.poll_ms()));
    if (ready > 0) return std::nullopt;
    if (ready < 0 && errno != EINTR)
      return unreachable(std::string("cannot be waited for: poll: ") + ::strerror(errno));
  }
}

std::optional<Error> Connection::send_all(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto error = wait_for(POLLOUT, deadline)) return error;
    } else if (errno == EPIPE) {
      // It may have answered before it closed: an error answer to a request that it did not read whole.
      return std::nullopt;
    } else if (errno != EINTR) {
      return unreachable(std::string("did not take the question: ") + ::strerror(errno));
    }
  }
  return std::nullopt;
}

Result<HttpResponse> Connection::exchange(const HttpRequest& request, const Deadline& deadline) {
  reusable_ = false;
  if (auto error = send_all(to_bytes(request), deadline)) return *error;

  ResponseReader reader;
  std::array<char, std::size_t{64} * 1024> buffer{};
  bool answered = false;
  for (;;) {
    // The deadline counts for a server that sends a byte now and then, too.
    if (auto error = wait_for(POLLIN, deadline)) return *error;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return unreachable(std::string("broke off: ") + ::strerror(errno));
    if (got == 0) {
      return unreachable(answered ? "closed the connection in the middle of its answer"
                                  : "closed the connection without an answer");
    }
    answered = true;
    const Result<bool> complete = reader.feed({buffer.data(), static_cast<std::size_t>(got)});
    if (!complete) return untrusted("can't be understood: its answer " + complete.error().message);
    if (!*complete) continue;
    HttpResponse response = reader.take();
    reusable_ = response.keep_alive;
    return response;
  }
}

}  // namespace guardd::client
