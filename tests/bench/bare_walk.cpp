// SPDX-License-Identifier: Apache-2.0
// bare_walk ROUNDS: reads with two threads the same files of /proc that an inspection reads, and does nothing with
// them. The floor that a full inspection is measured against. Prints the milliseconds of each round.
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int threads = 2;
constexpr std::array files{"stat", "cmdline", "cgroup", "maps"};
constexpr std::array links{"exe", "cwd", "ns/mnt", "ns/pid", "ns/net", "ns/user", "ns/time"};

std::vector<std::string> pids() {
  std::vector<std::string> result;
  DIR* proc = opendir("/proc");
  while (const dirent* entry = readdir(proc)) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') result.emplace_back(entry->d_name);
  }
  closedir(proc);
  return result;
}

void read_all(int process, const char* name, std::vector<char>& buffer) {
  const int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  while (read(fd, buffer.data(), buffer.size()) > 0) {
  }
  close(fd);
}

void list(int process, const char* name, bool read_links) {
  const int fd = openat(process, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  DIR* directory = fdopendir(fd);
  std::array<char, PATH_MAX> target{};
  while (const dirent* entry = readdir(directory)) {
    if (!read_links || entry->d_name[0] == '.') continue;
    if (readlinkat(fd, entry->d_name, target.data(), target.size()) < 0) continue;
  }
  closedir(directory);
}

void walk(const std::vector<std::string>& list_of_pids, std::atomic<std::size_t>& next) {
  std::vector<char> buffer(64 * 1024);
  std::array<char, PATH_MAX> target{};
  while (true) {
    const std::size_t index = next.fetch_add(1);
    if (index >= list_of_pids.size()) return;
    const int process = open(("/proc/" + list_of_pids[index]).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process < 0) continue;
    for (const char* name : files) read_all(process, name, buffer);
    for (const char* name : links) {
      if (readlinkat(process, name, target.data(), target.size()) < 0) continue;
    }
    list(process, "fd", true);
    list(process, "task", false);
    close(process);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc == 2 ? std::atoi(argv[1]) : 5;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<std::string> all = pids();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> pool;
    for (int i = 0; i < threads; ++i) pool.emplace_back(walk, std::cref(all), std::ref(next));
    for (std::thread& thread : pool) thread.join();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.2f\n", took.count());
  }
  return 0;
}
