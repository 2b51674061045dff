// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/server_socket.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>

#include "os/clock.hpp"
#include "os/read.hpp"
#include "procfs/process_stat.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_candidates = 8;
constexpr std::size_t max_connected = 2;  // the protocol's socket, and one that turned out to be something else
// About 100 bytes a socket; a host with 100,000 of them.
constexpr std::size_t max_net_unix = 16UL * 1024 * 1024;

bool speaks_x_protocol(const std::string& path) {
  return path.substr(path.rfind('/') + 1).find("mysqlx") != std::string::npos;
}

/// The process's /proc directory, pinned: were the pid reused, everything read through it would fail with ESRCH.
Result<Fd> open_process(const ProcessFact& process, const HostRoot& root) {
  const std::string path = root.proc + "/" + std::to_string(process.pid);
  Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return os_error(errno, path);
  const Result<std::string> text = read_file_at(directory.get(), "stat", 4096);
  if (!text) return text.error();
  const Result<ProcessStat> stat = parse_stat(*text);
  if (!stat) return stat.error();
  if (process.start_ticks != 0 && stat->start_ticks != process.start_ticks) {
    return Error{"esrch", "the process has ended, and its pid is another's now"};
  }
  return directory;
}

/// The socket's inode itself, whatever a container puts in the way: links are followed inside its root alone, and a
/// link in the place of the socket is not followed at all.
Result<Fd> open_socket_file(const Fd& process, const std::string& path) {
  const bool absolute = path.starts_with('/');
  const Fd base(::openat(process.get(), absolute ? "root" : "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!base) return os_error(errno, absolute ? "its root" : "its working directory");
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = (absolute ? RESOLVE_IN_ROOT : RESOLVE_BENEATH) | RESOLVE_NO_MAGICLINKS;
  Fd file(static_cast<int>(::syscall(SYS_openat2, base.get(), path.c_str(), &how, sizeof how)));
  if (!file && errno == ENOENT) return Error{"enoent", "its socket file " + path + " is gone"};
  if (!file) return os_error(errno, "its socket file " + path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return os_error(errno, path);
  if (!S_ISSOCK(status.st_mode)) return Error{"not_a_socket", path + " is no socket any more"};
  return file;
}

Error connect_error(int error_number, const std::string& path) {
  if (error_number == ECONNREFUSED) {
    return {"econnrefused", "nobody accepts connections on " + path + ": starting, recovering or shutting down"};
  }
  if (error_number == EAGAIN) return {"late", "the queue of connections on " + path + " is full"};
  return os_error(error_number, path);
}

Result<Fd> connect_to(const Fd& file, const std::string& path, std::int64_t deadline_us) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return os_error(errno, "socket");
  // A full backlog holds connect(2) back, for as long as the send timeout allows: net/unix/af_unix.c.
  const std::int64_t left = std::max<std::int64_t>(deadline_us - monotonic_now_us(), 1000);
  const timeval timeout{left / 1'000'000, left % 1'000'000};
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0) {
    return os_error(errno, "SO_SNDTIMEO");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // Through the descriptor: sun_path is too short for many paths, and no name is looked up a second time.
  (void)std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file.get());
  int status = -1;
  do {
    status = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (status != 0 && errno == EINTR && monotonic_now_us() < deadline_us);
  if (status != 0) return connect_error(errno, path);
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) return os_error(errno, "fcntl");
  return socket;
}

/// Who called listen(2) on the other end: unix(7).
std::optional<Error> check_peer(const Fd& socket, const ProcessFact& process, const std::string& path) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return os_error(errno, "SO_PEERCRED");
  const bool activated = peer.pid == 1 && peer.uid == 0;
  if (peer.pid == process.pid || activated) return std::nullopt;
  return Error{"wrong_peer", "another process (" + std::to_string(peer.pid) + ") answers on its socket path " + path};
}

Result<Fd> connect_checked(const Fd& directory, const ProcessFact& process, const std::string& path,
                           std::int64_t deadline_us) {
  const Result<Fd> file = open_socket_file(directory, path);
  if (!file) return file.error();
  Result<Fd> socket = connect_to(*file, path, deadline_us);
  if (!socket) return socket;
  if (auto error = check_peer(*socket, process, path)) return *error;
  return socket;
}

}  // namespace

Result<std::vector<std::string>> choose_sockets(const std::vector<UnixSocket>& table,
                                                const std::vector<std::uint64_t>& inodes) {
  std::vector<std::string> paths;
  std::string abstract_name;
  for (const UnixSocket& socket : table) {
    if (!socket.listening || socket.type != SOCK_STREAM) continue;
    if (socket.path.empty() || std::find(inodes.begin(), inodes.end(), socket.inode) == inodes.end()) continue;
    if (socket.abstract) {
      abstract_name = socket.path;
    } else if (std::find(paths.begin(), paths.end(), socket.path) == paths.end()) {
      paths.push_back(socket.path);
    }
  }
  if (paths.empty() && !abstract_name.empty()) {
    return Error{"no_socket",
                 "it listens on the abstract Unix socket @" + abstract_name + " alone, which is not asked"};
  }
  if (paths.empty()) {
    return Error{"no_socket", "it listens on no Unix socket: starting, shutting down, or reachable over TCP alone"};
  }
  std::stable_partition(paths.begin(), paths.end(), [](const std::string& path) { return !speaks_x_protocol(path); });
  if (paths.size() > max_candidates) paths.resize(max_candidates);
  return paths;
}

Result<std::vector<Fd>> connect_server(const ProcessFact& process, const HostRoot& root, std::int64_t deadline_us) {
  const Result<Fd> directory = open_process(process, root);
  if (!directory) return directory.error();
  const Result<std::string> text = read_file_at(directory->get(), "net/unix", max_net_unix);
  if (!text) return text.error();
  const Result<std::vector<UnixSocket>> table = parse_net_unix(*text);
  if (!table) return table.error();
  const Result<std::vector<std::string>> paths = choose_sockets(*table, process.socket_inodes);
  if (!paths) return paths.error();
  std::vector<Fd> connected;
  std::optional<Error> first_error;
  for (const std::string& path : *paths) {
    // The X protocol never tells a role: only worth a connection where there is nothing else.
    if (!connected.empty() && speaks_x_protocol(path)) break;
    Result<Fd> socket = connect_checked(*directory, process, path, deadline_us);
    if (socket) {
      connected.push_back(std::move(socket).value());
    } else if (!first_error) {
      first_error = socket.error();
    }
    if (connected.size() == max_connected) break;
  }
  if (connected.empty()) return first_error.value_or(Error{"no_socket", "it listens on no Unix socket"});
  return connected;
}

}  // namespace guardd
