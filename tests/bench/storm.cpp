// SPDX-License-Identifier: Apache-2.0
// storm fork|exec RATE SECONDS: starts short-lived processes one after the other on every core, RATE of them a second
// together, or as many as can be where that is 0. A child of fork ends at once; one of exec runs /bin/true. Prints as
// JSON how many a second there were.
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

// Who waits for each child before the next one measures how soon the child gets a core.
constexpr int children_at_once = 16;

bool start_one(bool exec) {
  pid_t child = -1;
  if (exec) {
    std::array<char, 5> name{"true"};
    std::array<char*, 2> arguments{name.data(), nullptr};
    if (posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments.data(), environ) != 0) return false;
  } else {
    child = fork();
    if (child == 0) _exit(0);
  }
  return child > 0;
}

/// How many children have ended; waits for one where `options` is 0.
int reap(int options) {
  int ended = 0;
  while (waitpid(-1, nullptr, options) > 0) {
    ++ended;
    options = WNOHANG;
  }
  return ended;
}

/// How many it has started.
long start_many(bool exec, Clock::duration pause, Clock::time_point until) {
  long started = 0;
  int children = 0;
  for (auto next = Clock::now(); Clock::now() < until; next += pause) {
    std::this_thread::sleep_until(next);
    if (!start_one(exec)) _exit(1);
    ++started;
    ++children;
    children -= reap(children == children_at_once ? 0 : WNOHANG);
  }
  while (children > 0) children -= reap(0);
  return started;
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
  std::array<int, 2> counts{};
  if (pipe(counts.data()) != 0) return 1;
  // Processes and not threads, which would fork one and the same memory in turns.
  for (unsigned core = 0; core < cores; ++core) {
    const pid_t worker = fork();
    if (worker < 0) return 1;
    if (worker == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const long started = start_many(exec, std::chrono::duration_cast<Clock::duration>(pause), until);
      _exit(write(counts[1], &started, sizeof started) == sizeof started ? 0 : 1);
    }
  }
  close(counts[1]);
  long all = 0;
  for (unsigned core = 0; core < cores; ++core) {
    long started = 0;
    if (read(counts[0], &started, sizeof started) != sizeof started) return 1;
    all += started;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf("{\"rate\": %.0f}\n", static_cast<double>(all) / seconds);
}
