// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/fork_server_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "daemon/worker/fork_server.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

/// posix_spawn(3)'s two settings objects, freed together.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

void prepare(SpawnSettings& settings, int channel) {
  posix_spawn_file_actions_adddup2(&settings.actions, channel, fork_server_channel);
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&settings.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&settings.actions, fork_server_channel + 1);

  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setsigdefault(&settings.attributes, &all);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

Result<ForkServerProcess> start_fork_server(const std::string& program, std::string_view word) {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) return os_error(errno, "socketpair");
  ForkServerProcess process{-1, Fd(pair[0]), Fd()};
  Fd theirs(pair[1]);
  // A descriptor that dup2 would overwrite itself must not be the one to be copied.
  if (theirs.get() <= fork_server_channel)
    theirs.reset(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, fork_server_channel + 1));
  if (::fcntl(process.channel.get(), F_SETFL, O_NONBLOCK) != 0) return os_error(errno, "fcntl");

  SpawnSettings settings;
  prepare(settings, theirs.get());
  std::string name = "guardd";
  std::string kind(word);
  const std::array<char*, 3> arguments{name.data(), kind.data(), nullptr};
  const int failed =
      ::posix_spawn(&process.pid, program.c_str(), &settings.actions, &settings.attributes, arguments.data(), environ);
  if (failed != 0) return os_error(failed, program);
  process.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!process.pidfd) {
    const int error_number = errno;
    ::kill(process.pid, SIGKILL);
    ::waitpid(process.pid, nullptr, 0);
    return os_error(error_number, "pidfd_open");
  }
  return process;
}

}  // namespace guardd
