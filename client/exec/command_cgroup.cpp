// SPDX-License-Identifier: Apache-2.0
#include "client/exec/command_cgroup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <limits>

#include "client/exec/scope.hpp"
#include "gate/sight.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "procfs/fields.hpp"

namespace guardd::client {
namespace {

constexpr std::size_t max_procs = std::size_t{1024} * 1024;
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// As sd_booted(3) finds it out.
bool systemd_runs() { return ::access("/run/systemd/system/", F_OK) == 0; }

Result<bool> write_word(const std::string& path, const std::string& word) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), word.data(), word.size()) < 0) return os_error(errno, path);
  return true;
}

/// One that a permit of the same id left is empty, or in the way.
Result<bool> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) == 0) return true;
  if (errno == EEXIST && ::rmdir(path.c_str()) == 0 && ::mkdir(path.c_str(), 0755) == 0) return true;
  return os_error(errno, path);
}

void add_processes(const std::string& directory, std::size_t limit, std::vector<pid_t>& processes) {
  const Result<std::string> text = read_file(directory + "/cgroup.procs", max_procs);
  if (!text) return;
  for (std::string_view rest = *text; !rest.empty() && processes.size() < limit;) {
    // A process of another pid namespace is 0: cgroups(7) and kernel/cgroup/cgroup.c.
    const auto pid = procfs::parse_number<pid_t>(procfs::take_line(rest));
    if (pid && *pid > 0) processes.push_back(*pid);
  }
}

}  // namespace

Result<CommandCgroup> CommandCgroup::place(const std::string& permit, pid_t process, const Deadline& deadline) {
  const Result<std::string> root = gate::cgroup2_root();
  if (!root) return root.error();
  const bool own = !systemd_runs();
  std::string wanted = std::string(gate::command_cgroups) + "/" + permit;
  if (own) {
    const std::string parent = *root + gate::command_cgroups;
    if (::mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) return os_error(errno, parent);
    if (const Result<bool> made = make_directory(*root + wanted); !made) return made.error();
    if (const Result<bool> put = write_word(*root + wanted + "/cgroup.procs", std::to_string(process)); !put) {
      (void)::rmdir((*root + wanted).c_str());
      return put.error();
    }
  } else {
    wanted = "/guardd-permit-" + permit + ".scope";
    const Result<bool> started =
        start_scope(wanted.substr(1), "guardd: command of permit " + permit, process, deadline);
    if (!started) return started.error();
  }
  // Where it really is, whatever was asked for.
  const Result<std::string> path = gate::cgroup2_of(process);
  if (!path) return path.error();
  if (!path->ends_with(wanted))
    return Error{"no_cgroup2", "the command is in the cgroup " + *path + ", not in its own"};
  return CommandCgroup(*path, *root + *path, own);
}

bool CommandCgroup::lives() const { return gate::cgroup_lives(path_); }

std::vector<pid_t> CommandCgroup::processes(std::size_t limit) const {
  std::vector<pid_t> processes;
  add_processes(directory_, limit, processes);
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory(error)) add_processes(entry->path(), limit, processes);
  }
  return processes;
}

void CommandCgroup::terminate() const {
  for (const pid_t pid : processes(no_limit)) ::kill(pid, SIGTERM);
}

void CommandCgroup::kill() const {
  if (write_word(directory_ + "/cgroup.kill", "1")) return;
  for (const pid_t pid : processes(no_limit)) ::kill(pid, SIGKILL);
}

void CommandCgroup::remove() const {
  if (is_own_) (void)::rmdir(directory_.c_str());
}

}  // namespace guardd::client
