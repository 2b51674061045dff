// SPDX-License-Identifier: Apache-2.0
#include "gate/sight.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "os/read.hpp"
#include "procfs/fields.hpp"
#include "procfs/process_stat.hpp"

namespace guardd::gate {
namespace {

constexpr std::size_t max_stat = 4096;
constexpr std::size_t max_cgroup = std::size_t{64} * 1024;

Result<ProcessStat> read_stat(pid_t pid) {
  const Result<std::string> text = read_file("/proc/" + std::to_string(pid) + "/stat", max_stat);
  if (!text) return text.error();
  return parse_stat(*text);
}

bool is_gone(const Error& error) { return error.code == "enoent" || error.code == "esrch"; }

/// /proc may hide other users' processes (hidepid=2, proc(5); a unit's ProtectProc=), but kill(2) does not.
bool is_hidden(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

}  // namespace

Result<PermitHolder> identify(pid_t pid) {
  const Result<ProcessStat> stat = read_stat(pid);
  if (!stat) return stat.error();
  return PermitHolder{.pid = pid, .start_ticks = stat->start_ticks};
}

bool process_lives(const PermitHolder& process) {
  const Result<ProcessStat> stat = read_stat(process.pid);
  if (!stat) return !is_gone(stat.error()) || is_hidden(process.pid);
  const bool ended = stat->leader_exited() && stat->num_threads <= 1;
  return !ended && stat->start_ticks == process.start_ticks;
}

Result<std::string> cgroup2_root() {
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs found {};
    if (::statfs(root, &found) == 0 && found.f_type == CGROUP2_SUPER_MAGIC) return std::string(root);
  }
  return Error{"no_cgroup2", "no cgroup v2 hierarchy at /sys/fs/cgroup or /sys/fs/cgroup/unified"};
}

Result<std::string> cgroup2_of(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/cgroup";
  const Result<std::string> text = read_file(path, max_cgroup);
  if (!text) return text.error();
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view line = procfs::take_line(rest);
    if (line.starts_with("0::/")) return std::string(line.substr(3));
  }
  return Error{"no_cgroup2", path + ": in no cgroup v2 hierarchy"};
}

bool cgroup_lives(const std::string& cgroup) {
  const Result<std::string> root = cgroup2_root();
  if (!root || !cgroup.starts_with('/')) return true;
  const std::string directory = *root + cgroup;
  const Result<std::string> events = read_file(directory + "/cgroup.events", max_cgroup);
  if (!events) {
    // The root of the hierarchy has no such file, and one that was removed while it was open says ENODEV.
    struct stat found {};
    const bool removed = ::stat(directory.c_str(), &found) != 0 && errno == ENOENT;
    return !removed && events.error().code != "enodev";
  }
  for (std::string_view rest = *events; !rest.empty();) {
    if (procfs::take_line(rest) == "populated 0") return false;
  }
  return true;
}

void forget_command_cgroup(const std::string& id) {
  const Result<std::string> root = cgroup2_root();
  if (root && !id.empty() && id.find('/') == std::string::npos)
    (void)::rmdir((*root + command_cgroups + "/" + id).c_str());
}

PermitSight see(const Permit& permit) {
  PermitSight sight;
  sight.holder_lives = process_lives(permit.holder);
  if (permit.has_command && !permit.cgroup.empty()) sight.command_lives = cgroup_lives(permit.cgroup);
  return sight;
}

}  // namespace guardd::gate
