// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/fork_server.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <map>

#include "daemon/worker/channel.hpp"
#include "daemon/worker/worker_main.hpp"

namespace guardd {
namespace {

class ForkServer {
 public:
  ForkServer(InspectorTable table, Fd channel, Fd signals, int inherited)
      : table_(table), channel_(std::move(channel)), signals_(std::move(signals)), inherited_(inherited) {}

  int run() {
    while (true) {
      std::array<pollfd, 2> sources{pollfd{channel_.get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0}};
      if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) return 1;
      if (sources[1].revents != 0) reap();
      if (sources[0].revents != 0 && !serve_one()) return 0;
    }
  }

 private:
  /// False when guardd is gone or speaks another language.
  bool serve_one() {
    Result<Packet> packet = receive_packet(channel_.get());
    if (!packet) return false;
    SpawnRequest request;
    if (message_of(*packet, request) == nullptr || packet->fds.size() != 2) return false;
    request.inspector.back() = '\0';
    spawn(request, std::move(packet->fds[0]), std::move(packet->fds[1]));
    return true;
  }

  void spawn(const SpawnRequest& request, Fd input, Fd output) {
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != self) ::_exit(2);  // the fork server died before the line above
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      worker_main(table_, request.inspector.data(), std::move(input), std::move(output), inherited_);
    }
    if (child < 0) {
      tell({request.id, EventKind::spawn_failed, errno}, {});
      return;
    }
    // Not reaped yet, so that its number can't be another process's.
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!pidfd) {
      tell({request.id, EventKind::spawn_failed, errno}, {});
      ::kill(child, SIGKILL);
      return;
    }
    workers_[child] = request.id;
    const int fd = pidfd.get();
    tell({request.id, EventKind::spawned, child}, {&fd, 1});
  }

  void reap() {
    signalfd_siginfo drained{};
    (void)!::read(signals_.get(), &drained, sizeof(drained));
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto worker = workers_.find(pid);
      if (worker == workers_.end()) continue;
      tell({worker->second, EventKind::ended, status}, {});
      workers_.erase(worker);
    }
  }

  void tell(const WorkerEvent& event, std::span<const int> fds) {
    if (!send_packet(channel_.get(), &event, sizeof(event), fds)) ::_exit(0);  // guardd is gone
  }

  InspectorTable table_;
  Fd channel_;
  Fd signals_;
  int inherited_;
  std::map<pid_t, std::uint64_t> workers_;
};

}  // namespace

int fork_server_main(InspectorTable table, int inherited) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "guardd-fork");
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  Fd signals(::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return 1;
  return ForkServer(table, Fd(fork_server_channel), std::move(signals), inherited).run();
}

}  // namespace guardd
