// SPDX-License-Identifier: Apache-2.0
// open_times ROUNDS read|write PATH CGROUP...: how long it takes to open PATH and to close it, from within each of
// these cgroups in turn: the same process, the same file, nothing else differs. Prints as JSON a list for each cgroup,
// with the nanoseconds of one opening in each round.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

/// So many are timed together, since reading the clock takes its time, too.
constexpr int at_once = 256;

[[noreturn]] void fail(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

void join(const std::string& cgroup) {
  const std::string path = cgroup + "/cgroup.procs";
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "0", 1) != 1) fail(path);
  close(fd);
}

double time_openings(const char* path, int flags) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < at_once; ++i) {
    const int fd = open(path, flags);
    if (fd < 0) fail(path);
    close(fd);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / at_once;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: open_times ROUNDS read|write PATH CGROUP...\n", stderr);
    return 2;
  }
  const int rounds = std::atoi(argv[1]);
  const int flags = O_CLOEXEC | O_NONBLOCK | (std::strcmp(argv[2], "write") == 0 ? O_RDWR : O_RDONLY);
  const std::vector<std::string> cgroups(argv + 4, argv + argc);
  std::vector<std::vector<double>> samples(cgroups.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t turn = 0; turn < cgroups.size(); ++turn) {
      const std::size_t which = (turn + static_cast<std::size_t>(round)) % cgroups.size();
      join(cgroups[which]);
      time_openings(argv[3], flags);  // to have all of it in the caches
      samples[which].push_back(time_openings(argv[3], flags));
    }
  }
  std::printf("[");
  for (std::size_t which = 0; which < samples.size(); ++which) {
    std::printf("%s[", which == 0 ? "" : ", ");
    for (std::size_t i = 0; i < samples[which].size(); ++i)
      std::printf("%s%.1f", i == 0 ? "" : ", ", samples[which][i]);
    std::printf("]");
  }
  std::printf("]\n");
  return 0;
}
