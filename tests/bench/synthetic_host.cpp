// SPDX-License-Identifier: Apache-2.0
// synthetic_host DIRECTORY PROCESSES DESCRIPTORS: so many processes with so many descriptors each, of the mix that
// servers have: regular files, sockets, pipes and /dev/null. Prints "ready" and lives until its standard input ends.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

void open_descriptors(const std::string& directory, int process, int count) {
  for (int opened = 0; opened < count;) {
    switch (opened % 4) {
      case 0: {
        const std::string path = directory + "/" + std::to_string(process % 64) + "-" + std::to_string(opened) + ".log";
        if (open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0) _exit(1);
        opened += 1;
        break;
      }
      case 1:
        if (open("/dev/null", O_RDWR | O_CLOEXEC) < 0) _exit(1);
        opened += 1;
        break;
      default: {
        std::array<int, 2> pair{};
        const bool socket = opened % 8 < 4;
        if ((socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) : pipe(pair.data())) != 0) _exit(1);
        opened += 2;
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: synthetic_host DIRECTORY PROCESSES DESCRIPTORS\n", stderr);
    return 2;
  }
  const std::string directory = argv[1];
  const int processes = std::atoi(argv[2]);
  const int descriptors = std::atoi(argv[3]);
  const rlimit limit{static_cast<rlim_t>(descriptors) + 64, static_cast<rlim_t>(descriptors) + 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  std::array<int, 2> ready{};
  if (pipe(ready.data()) != 0) return 1;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      open_descriptors(directory, process, descriptors - 5);
      if (write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    children.push_back(pid);
  }
  for (int process = 0; process < processes; ++process) {
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
