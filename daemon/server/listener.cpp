// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>

#include "os/read.hpp"

namespace guardd {
namespace {

constexpr int backlog = 512;  // connect(2) waits beyond that; within limits of somaxconn

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.front() != '/') return Error{"socket", path + ": not an absolute path"};
  if (path.size() >= sizeof(address.sun_path))
    return Error{"socket", path + ": too long for a Unix socket (unix(7): 107 bytes)"};
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

/// An error unless nothing is at the path, or a socket whose server is gone, which is removed.
Result<bool> make_room(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return true;
    return os_error(errno, path);
  }
  if (!S_ISSOCK(found.st_mode)) return Error{"socket", path + ": exists and is not a socket"};
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return os_error(errno, "socket");
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno != ECONNREFUSED) {
    return Error{"socket", path + ": another server answers there"};
  }
  if (::unlink(path.c_str()) != 0) return os_error(errno, path);
  return true;
}

}  // namespace

Result<Fd> listen_at(const std::string& path) {
  const Result<sockaddr_un> address = address_of(path);
  if (!address) return address.error();
  const std::string directory = std::filesystem::path(path).parent_path();
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) return os_error(errno, directory);
  const Result<bool> room = make_room(path, *address);
  if (!room) return room.error();

  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return os_error(errno, "socket");
  const mode_t old = ::umask(0111);  // at birth: a chmod by path later could be led astray
  const int bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address));
  const int error_number = errno;
  ::umask(old);
  if (bound != 0) return os_error(error_number, path);
  if (::listen(socket.get(), backlog) != 0) return os_error(errno, path);
  return socket;
}

Result<PassedSocket> passed_socket() {
  const int count = ::sd_listen_fds(1);
  if (count < 0) return os_error(-count, "sd_listen_fds");
  if (count == 0) return PassedSocket{};
  Fd socket(SD_LISTEN_FDS_START);
  if (count > 1) return Error{"socket", "systemd passed more than one socket"};
  if (::sd_is_socket_unix(socket.get(), SOCK_STREAM, 1, nullptr, 0) <= 0) {
    return Error{"socket", "systemd passed something else than a listening Unix stream socket"};
  }
  sockaddr_un address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return os_error(errno, "getsockname");
  const std::size_t length = size - offsetof(sockaddr_un, sun_path);
  return PassedSocket{std::move(socket), std::string(address.sun_path, ::strnlen(address.sun_path, length))};
}

}  // namespace guardd
