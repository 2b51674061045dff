// SPDX-License-Identifier: Apache-2.0
#include "client/exec/child.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "client/output.hpp"
#include "client/signals.hpp"
#include "core/text.hpp"
#include "os/read.hpp"

namespace guardd::client {
namespace {

constexpr int not_runnable = 126;
constexpr int not_found = 127;
constexpr int never_ran = 125;

[[noreturn]] void become(const std::vector<std::string>& command, std::string variable, const Fd& gate) {
  char byte = 0;
  ssize_t got = -1;
  while ((got = ::read(gate.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  if (got != 1) ::_exit(never_ran);
  ::putenv(variable.data());
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  restore_signals();
  ::execvp(argv[0], argv.data());
  const int error = errno;
  write_error("guardctl: " + printable(os_error(error, command.front()).message) + "\n");
  (void)!::write(gate.get(), "n", 1);  // it never ran: a status of its own could say 127, too
  ::_exit(error == ENOENT ? not_found : not_runnable);
}

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command, const std::string& variable) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return os_error(errno, "socketpair");
  const Fd childs(ends[0]);
  Fd ours(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return os_error(errno, "fork");
  if (pid == 0) {
    ours.reset();
    become(command, variable, childs);
  }
  return Child(pid, std::move(ours));
}

void Child::end() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void Child::go() {
  // Where it was killed meanwhile, its end says so.
  (void)!::send(gate_.get(), "g", 1, MSG_NOSIGNAL);
}

std::optional<Ended> Child::reap() {
  siginfo_t info{};
  if (pid_ < 0 || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return std::nullopt;
  pid_ = -1;
  char said = 0;
  const bool ran = ::recv(gate_.get(), &said, 1, MSG_DONTWAIT) != 1;
  if (info.si_code == CLD_EXITED) return Ended{.status = info.si_status, .signal = 0, .ran = ran};
  return Ended{.status = 0, .signal = info.si_status, .ran = ran};
}

void Child::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

}  // namespace guardd::client
