// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "daemon/seal/attach.hpp"
#include "daemon/seal/kernel_seal.hpp"
#include "tests/loop_device.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::test {

inline void join(const std::string& cgroup) { std::ofstream(cgroup + "/cgroup.procs") << ::getpid(); }

/// The status of a child that does `what` in `cgroup`.
inline int in_cgroup(const std::string& cgroup, const std::function<int()>& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    join(cgroup);
    ::_exit(what());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// 0, or the errno of open(2).
inline int try_open(const std::string& node, int flags) {
  const int fd = ::open(node.c_str(), flags | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno;
  ::close(fd);
  return 0;
}

/// A cgroup of its own for a seal of its own, in which nobody else's processes are, and a bpffs; both gone with it.
/// `why_not` says why this machine can't have that.
class SealPlace {
 public:
  SealPlace() : why_not(make()) {
    if (!why_not.empty()) WARN("this machine seals nothing: not tested: " << why_not);
  }
  SealPlace(const SealPlace&) = delete;
  SealPlace& operator=(const SealPlace&) = delete;
  ~SealPlace() {
    (void)seal::remove_pinned(places.pins);
    if (mounted_) ::umount2(tree.at("bpf").c_str(), MNT_DETACH);
    for (auto child = below_.rbegin(); child != below_.rend(); ++child) ::rmdir(child->c_str());
    if (!places.cgroup.empty()) ::rmdir(places.cgroup.c_str());
  }

  /// A cgroup below the sealed one; "a/b" when "a" is there.
  std::string below(const std::string& name) {
    below_.push_back(places.cgroup + "/" + name);
    ::mkdir(below_.back().c_str(), 0755);
    return below_.back();
  }
  [[nodiscard]] int open(const std::string& node, int flags) const {
    return in_cgroup(places.cgroup, [&] { return try_open(node, flags); });
  }
  [[nodiscard]] seal::Attached attach(seal::Mode mode = seal::Mode::enforce, const seal::Helpers& may_use = {}) const {
    Result<seal::Attached> attached = seal::attach(places, mode, may_use);
    INFO((attached ? "" : attached.error().message));
    REQUIRE(attached);
    return std::move(*attached);
  }

  TemporaryDirectory tree;
  seal::Places places;

 private:
  std::string make() {
    const Result<seal::CgroupRoot> root = seal::cgroup_root();
    if (!root) return root.error().message;
    if (!enter_mount_namespace()) return "no mount namespace of its own: not root";
    places.cgroup = root->path + "/guardd-seal-test." + std::to_string(::getpid());
    if (::mkdir(places.cgroup.c_str(), 0755) != 0) return "no cgroup can be made";
    const std::string mounted = tree.directory("bpf");
    if (::mount("bpf", mounted.c_str(), "bpf", 0, nullptr) != 0) return "no bpffs";
    mounted_ = true;
    places.pins = mounted + "/guardd/seal";
    const Result<seal::Attached> tried = seal::attach(places, seal::Mode::observe);
    if (!tried) return tried.error().message;
    (void)seal::remove_pinned(places.pins);
    return "";
  }
  static bool enter_mount_namespace() {
    static const bool entered =
        ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return entered;
  }

  bool mounted_ = false;
  std::vector<std::string> below_;

 public:
  const std::string why_not;
};

inline std::uint64_t id_of(const std::string& cgroup) {
  struct stat status {};
  ::stat(cgroup.c_str(), &status);
  return status.st_ino;
}

inline seal::Device block(const std::string& node) {
  struct stat status {};
  ::stat(node.c_str(), &status);
  return {S_ISCHR(status.st_mode), {major(status.st_rdev), minor(status.st_rdev)}};
}

/// CLOCK_BOOTTIME in nanoseconds.
inline std::uint64_t boot_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace guardd::test
