// SPDX-License-Identifier: Apache-2.0
#include "daemon/approval/program.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "daemon/roles/privileges.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"
#include "os/write.hpp"

namespace guardd {
namespace {

constexpr rlim_t longest_output = rlim_t{64} * 1024;
constexpr int not_started = 127;

Result<std::string> content_of(const Fd& file) {
  std::string text(longest_output, '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  if (got < 0) return os_error(errno, "memfd");
  text.resize(static_cast<std::size_t>(got));
  return text;
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::array<int, 3>& streams, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(not_started);
  for (int stream = 0; stream < 3; ++stream) {
    if (::dup2(streams.at(static_cast<std::size_t>(stream)), stream) < 0) ::_exit(not_started);
  }
  const rlimit output{longest_output, longest_output};
  if (::setrlimit(RLIMIT_FSIZE, &output) != 0 || drop_all_privileges()) ::_exit(not_started);
  // Changing the identity clears it, prctl(2).
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::array<char, 9> locale{"LC_ALL=C"};
  const std::array<char*, 2> environment{locale.data(), nullptr};
  ::execve(argv.front(), argv.data(), environment.data());
  ::_exit(not_started);
}

/// The wait status; killed when it takes too long.
Result<int> wait_for(pid_t child, std::int64_t deadline_us) {
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  bool late = !pidfd;
  while (!late) {
    const std::int64_t left_ms = std::max<std::int64_t>((deadline_us - monotonic_now_us()) / 1000, 0);
    pollfd end{pidfd.get(), POLLIN, 0};
    const int ended = ::poll(&end, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 60'000)));
    if (ended > 0) break;
    late = ended == 0 && monotonic_now_us() >= deadline_us;
  }
  if (late) ::kill(child, SIGKILL);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return os_error(errno, "waitpid");
  if (late) return Error{"late", "checking took too long"};
  return status;
}

}  // namespace

Result<Fd> memory_file(std::string_view content) {
  Fd file(::memfd_create("guardd-approval", 0));
  if (!file) return os_error(errno, "memfd_create");
  if (!write_all(file, content)) return os_error(errno, "memfd");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string path_of(const Fd& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

Result<ProgramEnd> run_program(const std::vector<std::string>& words, const Fd& input, std::int64_t deadline_us) {
  const Result<Fd> out = memory_file("");
  const Result<Fd> err = memory_file("");
  if (!out || !err) return Error{"memfd", "no memory for a program's output"};
  // The position in a file goes along with its descriptor: each program reads from the beginning.
  if (::lseek(input.get(), 0, SEEK_SET) != 0) return os_error(errno, "lseek");
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return os_error(errno, "fork");
  if (child == 0) become(words, {input.get(), out->get(), err->get()}, self);
  const Result<int> status = wait_for(child, deadline_us);
  if (!status) return status.error();
  if (!WIFEXITED(*status)) return Error{"crashed", words.front() + " was ended by a signal"};
  if (WEXITSTATUS(*status) == not_started) return Error{"crashed", words.front() + " could not be started"};
  Result<std::string> said = content_of(*out);
  Result<std::string> complained = content_of(*err);
  if (!said || !complained) return Error{"memfd", "a program's output can't be read"};
  return ProgramEnd{WEXITSTATUS(*status), std::move(*said), std::move(*complained)};
}

}  // namespace guardd
