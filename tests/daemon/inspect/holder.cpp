// SPDX-License-Identifier: Apache-2.0
// A process that holds things, for the tests of inspectors. Its arguments are steps, done in order: "open PATH",
// "open-rw PATH", "open-path PATH" (O_PATH), "map PATH" (and closes it), "chdir DIR", "comm NAME", "unlink PATH", "ring
// PATH" (registered with an io_uring, then closed), "listen" (TCP on loopback), "private PATH" (open in a thread with
// descriptors of its own), "leader-exits". Then it says "ready" on its standard output, with the listener's port if
// there is one, and waits to be killed.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace {

int port = 0;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

int open_or_die(const char* path, int flags) {
  const int fd = ::open(path, flags | O_CLOEXEC);
  if (fd < 0) give_up(path);
  return fd;
}

void map(const char* path) {
  const int fd = open_or_die(path, O_RDWR);
  if (::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED) give_up("mmap");
  ::close(fd);
}

void ring(const char* path) {
  const int fd = open_or_die(path, O_RDWR);
  io_uring_params parameters{};
  const long made = ::syscall(SYS_io_uring_setup, 4, &parameters);
  if (made < 0) give_up("io_uring_setup");
  if (::syscall(SYS_io_uring_register, made, IORING_REGISTER_FILES, &fd, 1) != 0) give_up("io_uring_register");
  ::close(fd);
}

void listen_on_loopback() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 8) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("listen");
  }
  port = ntohs(address.sin_port);
}

void open_privately(const char* path) {
  int opened[2];
  if (::pipe2(opened, O_CLOEXEC) != 0) give_up("pipe2");
  const int signal = opened[1];
  std::thread([path, signal] {
    if (::unshare(CLONE_FILES) != 0) give_up("unshare");
    open_or_die(path, O_RDWR);
    if (::write(signal, "x", 1) != 1) give_up("write");
    while (true) ::pause();
  }).detach();
  char byte = 0;
  if (::read(opened[0], &byte, 1) != 1) give_up("read");
}

[[noreturn]] void say_ready_and_wait() {
  std::printf("ready %d\n", port);
  std::fflush(stdout);
  while (true) ::pause();
}

bool leader_has_exited() {
  std::string stat;
  std::getline(std::ifstream("/proc/self/stat"), stat);
  return stat.find(") Z ") != std::string::npos;
}

[[noreturn]] void exit_leader() {
  std::thread([] {
    while (!leader_has_exited()) ::sched_yield();
    say_ready_and_wait();
  }).detach();
  ::pthread_exit(nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int i = 1; i < argc; ++i) {
    const std::string step = argv[i];
    const auto value = [&] { return argv[++i]; };
    if (step == "open") {
      open_or_die(value(), O_RDONLY | O_NONBLOCK);
    } else if (step == "open-rw") {
      open_or_die(value(), O_RDWR);
    } else if (step == "open-path") {
      open_or_die(value(), O_PATH);
    } else if (step == "map") {
      map(value());
    } else if (step == "chdir") {
      if (::chdir(value()) != 0) give_up("chdir");
    } else if (step == "comm") {
      ::prctl(PR_SET_NAME, value());
    } else if (step == "unlink") {
      if (::unlink(value()) != 0) give_up("unlink");
    } else if (step == "ring") {
      ring(value());
    } else if (step == "listen") {
      listen_on_loopback();
    } else if (step == "private") {
      open_privately(value());
    } else if (step == "leader-exits") {
      exit_leader();
    }
  }
  say_ready_and_wait();
}
