// SPDX-License-Identifier: Apache-2.0
// synthetic_host DIRECTORY PROCESSES DESCRIPTORS: so many processes with so many descriptors each, of the mix that
// servers have: regular files, sockets, pipes and /dev/null. Prints "ready" and lives until its standard input ends.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/bench/children.hpp"

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
  return hold_children(processes, [&](int process) { open_descriptors(directory, process, descriptors - 5); });
}
