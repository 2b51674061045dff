// SPDX-License-Identifier: Apache-2.0
// storm fork|exec RATE SECONDS: starts short-lived processes one after the other on every core, RATE of them a second
// together, or as many as can be where that is 0. A child of fork ends at once; one of exec runs /bin/true. Prints as
// JSON how many a second there were.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

bool start_one(bool exec) {
  pid_t child = -1;
  if (exec) {
    std::vector<char> name{'t', 'r', 'u', 'e', '\0'};
    char* const arguments[] = {name.data(), nullptr};
    if (posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ) != 0) return false;
  } else {
    child = fork();
    if (child == 0) _exit(0);
  }
  return child > 0 && waitpid(child, nullptr, 0) == child;
}

void start_many(bool exec, Clock::duration pause, Clock::time_point until, std::atomic<long>& started) {
  for (auto next = Clock::now(); Clock::now() < until; next += pause) {
    std::this_thread::sleep_until(next);
    if (!start_one(exec)) std::exit(1);
    ++started;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const bool exec = std::string_view(argv[1]) == "exec";
  const double rate = std::atof(argv[2]);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const std::chrono::duration<double> pause(rate > 0 ? cores / rate : 0);
  const auto began = Clock::now();
  const auto until = began + std::chrono::seconds(std::atoi(argv[3]));
  std::atomic<long> started{0};
  std::vector<std::thread> pool;
  for (unsigned core = 0; core < cores; ++core) {
    pool.emplace_back(start_many, exec, std::chrono::duration_cast<Clock::duration>(pause), until, std::ref(started));
  }
  for (std::thread& thread : pool) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf("{\"rate\": %.0f}\n", static_cast<double>(started) / seconds);
}
