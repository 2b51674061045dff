// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/denials.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "os/read.hpp"
#include "procfs/cgroup.hpp"

namespace guardd::seal {
namespace {

constexpr std::size_t most_cgroups = 16'384;
constexpr std::size_t longest_comm = 64;
constexpr std::int64_t ns_per_ms = 1'000'000;

std::uint64_t number_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_ino) : 0;
}

/// Before 6.10 a program on devices can't ask for the numbers of a pid namespace. In the first one they are the
/// kernel's own, and that one's inode has always this number (PROC_PID_INIT_INO, include/linux/proc_ns.h).
std::int32_t pid_for_guardd(const guardd_seal_event& event) {
  constexpr std::uint64_t first_pid_namespace = 0xEFFFFFFC;
  if (event.pid != 0) return static_cast<std::int32_t>(event.pid);
  static const bool is_first = number_of("/proc/self/ns/pid") == first_pid_namespace;
  return is_first ? static_cast<std::int32_t>(event.outer_pid) : 0;
}

/// The executable of the process that has this number now, if it still bears that name: a number that another one has
/// by now mostly does not.
std::string exe_of(std::int32_t pid, const std::string& comm) {
  if (pid == 0) return "";
  const std::string directory = "/proc/" + std::to_string(pid);
  const Result<std::string> link = read_link_at(AT_FDCWD, (directory + "/exe").c_str());
  const Result<std::string> name = read_file(directory + "/comm", longest_comm);
  return link && name && *name == comm + "\n" ? *link : "";
}

Access access_of(unsigned access) {
  if (access == GUARDD_SEAL_COMMAND) return Access::command;
  return access == GUARDD_SEAL_WRITE ? Access::write : Access::read;
}

}  // namespace

void CgroupNames::walk() {
  paths_.clear();
  paths_[number_of(root_)] = "/";
  std::error_code error;
  namespace fs = std::filesystem;
  for (fs::recursive_directory_iterator at(root_, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end && paths_.size() < most_cgroups; at.increment(error)) {
    if (std::error_code ignored; at->is_directory(ignored)) {
      paths_[number_of(at->path().string())] = at->path().string().substr(root_.size());
    }
  }
}

std::string CgroupNames::path_of(std::uint64_t id) {
  const auto remembered = [&] {
    const auto found = paths_.find(id);
    return found == paths_.end() ? std::string() : found->second;
  };
  // Numbers are never given anew, so a name that is remembered is right; one that is not may be new.
  if (std::string path = remembered(); !path.empty()) return path;
  walk();
  return remembered();
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::write:
      return "write";
    case Access::command:
      return "command";
    case Access::read:
      break;
  }
  return "read";
}

Denial describe(const guardd_seal_event& event, CgroupNames& cgroups) {
  Denial denial;
  denial.denied = event.denied != 0;
  denial.access = access_of(event.access);
  denial.node = {event.device.type == GUARDD_SEAL_CHARACTER, {event.device.major, event.device.minor}};
  denial.pid = pid_for_guardd(event);
  denial.uid = event.uid;
  denial.comm = std::string(static_cast<const char*>(event.comm), ::strnlen(event.comm, sizeof(event.comm)));
  denial.exe = exe_of(denial.pid, denial.comm);
  denial.cgroup = cgroups.path_of(event.cgroup);
  denial.unit = std::string(unit_of_cgroup(denial.cgroup));
  denial.boot_ms = static_cast<std::int64_t>(event.boot_ns) / ns_per_ms;
  return denial;
}

void add(std::vector<Denial>& denials, Denial one) {
  const auto is_like = [&](const Denial& other) {
    return other.pid == one.pid && other.node == one.node && other.denied == one.denied && other.access == one.access &&
           other.comm == one.comm && other.cgroup == one.cgroup;
  };
  const auto like = std::ranges::find_if(denials, is_like);
  if (like == denials.end()) return denials.push_back(std::move(one));
  like->times += one.times;
}

}  // namespace guardd::seal
