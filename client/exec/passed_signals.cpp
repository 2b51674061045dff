// SPDX-License-Identifier: Apache-2.0
#include "client/exec/passed_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/read.hpp"

namespace guardd::client {

Result<PassedSignals> PassedSignals::take() {
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : {SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT, SIGWINCH})
    ::sigaddset(&taken, signal);
  if (::sigprocmask(SIG_BLOCK, &taken, nullptr) != 0) return os_error(errno, "sigprocmask");
  Fd descriptor(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return os_error(errno, "signalfd");
  return PassedSignals(std::move(descriptor));
}

std::optional<PassedSignals::Signal> PassedSignals::next() const {
  signalfd_siginfo info{};
  if (::read(descriptor_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  const auto number = static_cast<int>(info.ssi_signo);
  const bool is_sent = info.ssi_code == SI_USER || info.ssi_code == SI_QUEUE || info.ssi_code == SI_TKILL;
  return Signal{.number = number, .is_for_command = is_sent && number != SIGCHLD};
}

}  // namespace guardd::client
