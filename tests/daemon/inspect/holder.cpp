// SPDX-License-Identifier: Apache-2.0
// A process that holds things, for the tests of inspectors. Its arguments are steps, done in order: "open PATH",
// "open-rw PATH", "open-path PATH" (O_PATH), "map PATH" (and closes it), "chdir DIR", "comm NAME", "unlink PATH", "ring
// PATH" (registered with an io_uring, then closed), "listen" (TCP on loopback), "private PATH" (open in a thread with
// descriptors of its own), "leader-exits", "many DIR N" (files of it, made), "sockets N", "pipes N", "memfd NAME",
// "deep DIR NAME" (a file whose path is longer than PATH_MAX), "sibling PATH" (opened by a process that shares the
// descriptors), "own-root DIR" (a chroot in a mount namespace of its own), "overlay DIR" (DIR/merged over DIR/lower, in
// a mount namespace of its own). Then it says "ready" on its standard output, with the listener's port if there is one,
// and waits to be killed.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
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

void open_many(const std::string& directory, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string path = directory + "/" + std::to_string(i) + ".log";
    if (::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0) give_up(path.c_str());
  }
}

void open_pairs(int count, bool sockets) {
  for (int i = 0; i < count; ++i) {
    int pair[2];
    const int failed = sockets ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) : ::pipe2(pair, O_CLOEXEC);
    if (failed != 0) give_up("pair");
  }
}

void open_deep(const char* start, const char* name) {
  const std::string part(200, 'd');
  int directory = open_or_die(start, O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 25; ++depth) {
    if (::mkdirat(directory, part.c_str(), 0700) != 0 && errno != EEXIST) give_up("mkdirat");
    const int next = ::openat(directory, part.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (next < 0) give_up("openat");
    ::close(directory);
    directory = next;
  }
  if (::openat(directory, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0) give_up("openat");
  ::close(directory);
}

void open_in_sibling(const char* path) {
  int opened[2];
  if (::pipe2(opened, O_CLOEXEC) != 0) give_up("pipe2");
  const long child = ::syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0UL, 0UL, 0UL, 0UL);
  if (child < 0) give_up("clone");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    open_or_die(path, O_RDWR);
    if (::write(opened[1], "x", 1) != 1) give_up("write");
    while (true) ::pause();
  }
  char byte = 0;
  if (::read(opened[0], &byte, 1) != 1) give_up("read");
}

void own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0) give_up("unshare");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("mount");
}

void own_root(const char* directory) {
  own_mounts();
  if (::chroot(directory) != 0 || ::chdir("/") != 0) give_up("chroot");
}

void mount_overlay(const std::string& directory) {
  own_mounts();
  const std::string options =
      "lowerdir=" + directory + "/lower,upperdir=" + directory + "/upper,workdir=" + directory + "/work";
  if (::mount("overlay", (directory + "/merged").c_str(), "overlay", 0, options.c_str()) != 0) give_up("overlay");
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
    } else if (step == "many") {
      const char* directory = value();
      open_many(directory, std::atoi(value()));
    } else if (step == "sockets" || step == "pipes") {
      open_pairs(std::atoi(value()), step == "sockets");
    } else if (step == "memfd") {
      if (::memfd_create(value(), MFD_CLOEXEC) < 0) give_up("memfd_create");
    } else if (step == "deep") {
      const char* directory = value();
      open_deep(directory, value());
    } else if (step == "sibling") {
      open_in_sibling(value());
    } else if (step == "own-root") {
      own_root(value());
    } else if (step == "overlay") {
      mount_overlay(value());
    } else if (step == "leader-exits") {
      exit_leader();
    }
  }
  say_ready_and_wait();
}
