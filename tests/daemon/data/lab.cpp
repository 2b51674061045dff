// SPDX-License-Identifier: Apache-2.0
#include "tests/daemon/data/lab.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/facts_json.hpp"
#include "daemon/storage/namespace_id.hpp"

namespace guardd::test {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

/// Once a program: mounts made by tests stay with it.
void enter_own_namespace() {
  static const bool entered = [] {
    if (::unshare(CLONE_NEWNS) != 0) fail("unshare");
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("make / private");
    return true;
  }();
  (void)entered;
}

void write_all(int fd, const std::vector<std::uint8_t>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t put = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (put < 0) ::_exit(4);
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace

std::string lab_lacks() {
  if (::geteuid() != 0) return "root";
  if (::access("/dev/loop-control", R_OK | W_OK) != 0) return "/dev/loop-control";
  return "";
}

void run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments[0], &quiet, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&quiet);
  int status = -1;
  if (error != 0 || ::waitpid(pid, &status, 0) != pid || status != 0) throw std::runtime_error(command[0] + " failed");
}

LoopMount::LoopMount(const std::string& image, const std::string& mountpoint, const std::string& fstype)
    : mountpoint_(mountpoint) {
  enter_own_namespace();
  const Fd file(::open(image.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  constexpr off_t image_bytes = off_t{256} * 1024 * 1024;
  if (!file || ::ftruncate(file.get(), image_bytes) != 0) fail(image);
  run({"mkfs." + fstype, "-q", image});
  const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  for (int attempt = 0; !loop_ && attempt < 64; ++attempt) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) fail("no free loop device");
    node_ = "/dev/loop" + std::to_string(number);
    Fd loop(::open(node_.c_str(), O_RDWR | O_CLOEXEC));
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(file.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    // Somebody else may have taken it meanwhile.
    if (loop && ::ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) loop_ = std::move(loop);
  }
  if (!loop_) fail("loop device");
  if (::mount(node_.c_str(), mountpoint.c_str(), fstype.c_str(), 0, nullptr) != 0) fail("mount " + mountpoint);
}

LoopMount::~LoopMount() { ::umount2(mountpoint_.c_str(), MNT_DETACH); }

DeviceNumber LoopMount::device() const {
  struct stat status {};
  if (::fstat(loop_.get(), &status) != 0) fail("fstat");
  return {major(status.st_rdev), minor(status.st_rdev)};
}

Mounted::Mounted(const std::string& source, const std::string& mountpoint, const char* fstype, unsigned long flags,
                 const std::string& options)
    : mountpoint_(mountpoint) {
  enter_own_namespace();
  if (::mount(source.c_str(), mountpoint.c_str(), fstype, flags, options.c_str()) != 0) fail("mount " + mountpoint);
}

Mounted::~Mounted() { ::umount2(mountpoint_.c_str(), MNT_DETACH); }

HungFuse::HungFuse(const std::string& mountpoint) : device_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
  if (!device_) fail("/dev/fuse");
  const std::string options = "fd=" + std::to_string(device_.get()) + ",rootmode=40000,user_id=0,group_id=0";
  mount_ = std::make_unique<Mounted>("nobody", mountpoint, "fuse", 0, options);
}

Waiting::Waiting(const std::function<void()>& prepare) {
  std::array<int, 2> ready{};
  std::array<int, 2> hold{};
  if (::pipe2(ready.data(), O_CLOEXEC) != 0 || ::pipe2(hold.data(), O_CLOEXEC) != 0) fail("pipe");
  const Fd ready_read(ready[0]);
  Fd ready_write(ready[1]);
  Fd hold_read(hold[0]);
  hold_.reset(hold[1]);
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    hold_.reset();
    try {
      prepare();
    } catch (const std::exception&) {
      ::_exit(3);
    }
    char byte = 'r';
    if (::write(ready_write.get(), &byte, 1) != 1) ::_exit(4);
    ready_write.reset();
    (void)!::read(hold_read.get(), &byte, 1);  // until the parent closes its end, or has died
    ::_exit(0);
  }
  ready_write.reset();
  hold_read.reset();
  char byte = 0;
  if (::read(ready_read.get(), &byte, 1) != 1) throw std::runtime_error("the waiting process could not be prepared");
}

Waiting::~Waiting() {
  hold_.reset();
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Lab::Lab() {
  tree_.directory("r");
  disk_ = std::make_unique<LoopMount>(tree_.at("disk.img"), tree_.at("r"), "ext4");
  init_ = std::make_unique<Waiting>([&] {
    if (::chroot(tree_.at("r").c_str()) != 0 || ::chdir("/") != 0) fail("chroot");
  });
  tree_.link("proc/1", "/proc/" + std::to_string(init_->pid()));
  tree_.link("proc/locks", "/proc/locks");
  admit(init_->pid());
  host_ = {tree_.at("proc"), "/sys", tree_.at("etc"), tree_.at("run"), "/dev"};
}

void Lab::admit(pid_t pid) { tree_.link("proc/" + std::to_string(pid), "/proc/" + std::to_string(pid)); }

std::uint64_t Lab::mnt_ns() const { return read_mount_namespace(init(), host_).value(); }

DataOutput Lab::inspect(const DataInput& input, int seconds) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  const Fd from(ends[0]);
  Fd to(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    const DataOutput output = inspect_data(input, host_);
    const nlohmann::json parts{
        {"directories", output.directories}, {"filesystems", output.filesystems}, {"reports", output.reports}};
    write_all(to.get(), nlohmann::json::to_cbor(parts));
    ::_exit(0);
  }
  to.reset();
  std::vector<std::uint8_t> bytes;
  while (true) {
    pollfd event{.fd = from.get(), .events = POLLIN, .revents = 0};
    std::array<std::uint8_t, 65536> chunk{};
    const bool is_ready = ::poll(&event, 1, seconds * 1000) > 0;
    const ssize_t got = is_ready ? ::read(from.get(), chunk.data(), chunk.size()) : -1;
    if (got > 0) bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
    if (got > 0) continue;
    if (got < 0) ::kill(pid, SIGKILL);
    int status = -1;
    // One that hangs in the kernel can't be waited for; it ends when what holds it is undone.
    if (got < 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
      throw std::runtime_error("the look did not end well");
    break;
  }
  const nlohmann::json parts = nlohmann::json::from_cbor(bytes);
  DataOutput output;
  parts.at("directories").get_to(output.directories);
  parts.at("filesystems").get_to(output.filesystems);
  parts.at("reports").get_to(output.reports);
  return output;
}

std::vector<Recognition> recognitions() {
  Recognition mysql;
  mysql.service = "mysql";
  mysql.directories = {"/var/lib/mysql", "/var/lib/mysql-*"};
  mysql.config_files = {"/etc/mysql/*.cnf"};
  mysql.config_keys = {"datadir"};
  mysql.markers = {{"ibdata1"}, {"aria_log_control", "mysql/"}, {"*-relay-bin.*", "auto.cnf"}};
  Recognition postgresql;
  postgresql.service = "postgresql";
  postgresql.directories = {"/var/lib/postgresql/*/*"};
  postgresql.markers = {{"PG_VERSION", "global/pg_control"}};
  return {mysql, postgresql};
}

}  // namespace guardd::test
