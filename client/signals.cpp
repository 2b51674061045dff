// SPDX-License-Identifier: Apache-2.0
#include "client/signals.hpp"

#include <sys/prctl.h>

#include <csignal>

namespace guardd::client {
namespace {

// Dispositions are the process's, and so is this.
struct {
  sigset_t blocked;
  struct sigaction pipe;
  struct sigaction child;
} inherited;

}  // namespace

void settle_signals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigprocmask(SIG_SETMASK, nullptr, &inherited.blocked);
  ::sigaction(SIGPIPE, &ignore, &inherited.pipe);
  ::sigaction(SIGCHLD, &standard, &inherited.child);
}

void restore_signals() {
  ::sigaction(SIGPIPE, &inherited.pipe, nullptr);
  ::sigaction(SIGCHLD, &inherited.child, nullptr);
  ::sigprocmask(SIG_SETMASK, &inherited.blocked, nullptr);
}

void die_of(int signal) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::sigaction(signal, &standard, nullptr);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  (void)::raise(signal);
}

}  // namespace guardd::client
