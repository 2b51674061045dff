// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace guardd::test {

/// A process of the program holder, with these steps done (see holder.cpp); killed at the end.
class Holder {
 public:
  explicit Holder(std::vector<std::string> steps, std::string program = GUARDD_HOLDER, std::string argv0 = "holder") {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    std::vector<char*> argv{argv0.data()};
    for (std::string& step : steps) argv.push_back(step.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::execv(program.c_str(), argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::FILE* answer = ::fdopen(out[0], "r");
    ready_ = std::fscanf(answer, "ready %d", &port_) == 1;
    std::fclose(answer);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int port() const { return port_; }

 private:
  pid_t pid_ = -1;
  bool ready_ = false;
  int port_ = 0;
};

}  // namespace guardd::test
