// SPDX-License-Identifier: Apache-2.0
#include "tests/client/run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace guardd::client::test {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close_end(read_end);
    close_end(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

/// Takes what is there; closes the end when there is no more.
void drain(int& end, std::string& text) {
  char buffer[8192];
  const ssize_t got = ::read(end, buffer, sizeof buffer);
  if (got <= 0) {
    Pipe::close_end(end);
  } else {
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

Run guardctl(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<char*> argv{const_cast<char*>(GUARDCTL)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment;
  for (const std::string& variable : surroundings.environment)
    environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);

  Pipe out;
  Pipe error;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (surroundings.out_closed) {
    ::posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
  } else if (!surroundings.out_path.empty()) {
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, surroundings.out_path.c_str(), O_WRONLY, 0);
  } else {
    ::posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  }
  ::posix_spawn_file_actions_adddup2(&actions, error.write_end, STDERR_FILENO);
  if (surroundings.out_reader_gone) Pipe::close_end(out.read_end);

  const auto began = std::chrono::steady_clock::now();
  pid_t child = -1;
  const int spawned = ::posix_spawn(&child, GUARDCTL, &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) throw std::runtime_error("posix_spawn");
  Pipe::close_end(out.write_end);
  Pipe::close_end(error.write_end);

  Run run;
  while (out.read_end >= 0 || error.read_end >= 0) {
    pollfd waiting[] = {{.fd = out.read_end, .events = POLLIN, .revents = 0},
                        {.fd = error.read_end, .events = POLLIN, .revents = 0}};
    if (::poll(waiting, 2, 60'000) == 0) {
      ::kill(child, SIGKILL);
      break;
    }
    if (waiting[0].revents != 0) drain(out.read_end, run.out);
    if (waiting[1].revents != 0) drain(error.read_end, run.error);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  run.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  run.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return run;
}

}  // namespace guardd::client::test
