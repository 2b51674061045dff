// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <vector>

/// Forks so many children, each of which does `work(its number)` and then waits. Prints "ready" when all have done it,
/// and ends them when the input ends. The exit status for main().
template <typename Work>
int hold_children(int count, const Work& work) {
  std::array<int, 2> ready{};
  if (pipe(ready.data()) != 0) return 1;
  std::vector<pid_t> children;
  for (int number = 0; number < count; ++number) {
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      work(number);
      if (write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    children.push_back(pid);
  }
  close(ready[1]);
  for (std::size_t done = 0; done < children.size(); ++done) {
    char byte = 0;
    if (read(ready[0], &byte, 1) != 1) return 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  for (const pid_t pid : children) kill(pid, SIGKILL);
  for (const pid_t pid : children) waitpid(pid, nullptr, 0);
  return 0;
}
