// SPDX-License-Identifier: Apache-2.0
#include "tests/client/fake_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace guardd::client::test {
namespace {

/// True once the header has ended and the body is as long as it says.
bool is_complete(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::size_t at = request.find("Content-Length: ");
  const std::size_t length = at < end ? std::strtoul(request.c_str() + at + 16, nullptr, 10) : 0;
  return request.size() >= end + 4 + length;
}

}  // namespace

int listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || ::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 8) != 0) {
    throw std::runtime_error("listen at " + path);
  }
  return listener;
}

FakeServer::FakeServer(Respond respond) : respond_(std::move(respond)), listener_(listen_at(socket())) {
  if (::pipe2(stop_, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

std::vector<std::string> FakeServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void FakeServer::serve() {
  for (;;) {
    pollfd waiting[] = {{.fd = listener_, .events = POLLIN, .revents = 0},
                        {.fd = stop_[0], .events = POLLIN, .revents = 0}};
    ::poll(waiting, 2, -1);
    if (waiting[1].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    ++connections_;
    serve_connection(connection);
    ::close(connection);
  }
}

void FakeServer::serve_connection(int connection) {
  std::string request;
  for (;;) {
    pollfd waiting[] = {{.fd = connection, .events = POLLIN, .revents = 0},
                        {.fd = stop_[0], .events = POLLIN, .revents = 0}};
    ::poll(waiting, 2, -1);
    if (waiting[1].revents != 0) return;
    char buffer[4096];
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    request.append(buffer, static_cast<std::size_t>(got));
    if (!is_complete(request)) continue;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string response = respond_(request);
    request.clear();
    std::size_t sent = 0;
    while (sent < response.size()) {
      const ssize_t now = ::send(connection, response.data() + sent, response.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;
      sent += static_cast<std::size_t>(now);
    }
    const bool closes = response.empty() || response.find("Connection: close") != std::string::npos;
    if (closes && !keep_open_) return;
  }
}

std::string http(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string http(int status, const nlohmann::json& body) { return http(status, body.dump()); }

nlohmann::json body_of(const std::string& request) {
  return nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

}  // namespace guardd::client::test
