// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/namespaces.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "procfs/process_status.hpp"

namespace guardd {
namespace {

using Problems = std::vector<std::string>;

struct Capability {
  int number;
  const char* name;
  const char* purpose;
};
constexpr std::array<Capability, 3> needed_capabilities = {{
    // Other users' /proc/PID/fd, exe, cwd, maps and ns, and kcmp(2): ptrace(2), "Ptrace access mode checking".
    {CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "reading other users' processes"},
    // Data directories are mode 0700 and their owner's.
    {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "reading other users' directories"},
    // setns(2) into a container's network namespace, and following /proc/PID/map_files.
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "looking into other namespaces"},
}};

Result<Namespaces> namespaces_of(const std::string& process) {
  const Fd directory(::open(process.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return os_error(errno, process);
  auto namespaces = read_namespaces(directory.get());
  if (!namespaces) return Error{namespaces.error().code, process + "/" + namespaces.error().message};
  return namespaces;
}

/// A procfs of another pid namespace shows other processes, or ours under other numbers.
void check_proc(const HostRoot& root, Problems& problems) {
  const std::string self = root.proc + "/self";
  const auto target = read_link_at(AT_FDCWD, self.c_str());
  if (!target) {
    problems.push_back("cannot see itself in " + root.proc + ": " + target.error().message);
  } else if (*target != std::to_string(::getpid())) {
    problems.push_back(root.proc + " belongs to another pid namespace than guardd's own");
  }
}

void check_namespaces(const HostRoot& root, Problems& problems) {
  const auto own = namespaces_of(root.proc + "/self");
  if (!own) {
    problems.push_back("cannot tell guardd's own namespaces: " + own.error().message);
    return;
  }
  const auto first = namespaces_of(root.proc + "/1");
  if (!first) {
    problems.push_back("cannot tell the namespaces of PID 1: " + first.error().message);
    return;
  }
  const auto compare = [&problems](std::uint64_t mine, std::uint64_t of_first, const char* kind) {
    if (mine == of_first) return;
    problems.push_back(std::string("guardd runs in a ") + kind + " namespace of its own, not in that of PID 1");
  };
  compare(own->pid, first->pid, "pid");
  compare(own->user, first->user, "user");
  compare(own->net, first->net, "network");
  compare(own->mnt, first->mnt, "mount");
  compare(own->time, first->time, "time");
}

std::optional<struct stat> status_of(const std::string& path, Problems& problems) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return status;
  problems.push_back("cannot tell which program this is: " + os_error(errno, path).message);
  return std::nullopt;
}

/// Where guardd itself is PID 1 it is a container's only service: every namespace agrees with PID 1's, and the host is
/// elsewhere.
void check_first_process(const HostRoot& root, Problems& problems) {
  const auto own = status_of(root.proc + "/self/exe", problems);
  const auto first = status_of(root.proc + "/1/exe", problems);
  if (own && first && own->st_dev == first->st_dev && own->st_ino == first->st_ino) {
    problems.emplace_back("guardd is PID 1 itself: it sees a pid namespace of its own, not the host");
  }
}

/// Where PID 1 lacks one too, as in some containers, it is needed all the same: without it, there is something we can't
/// see.
void check_capabilities(const HostRoot& root, Problems& problems) {
  const auto text = read_file(root.proc + "/self/status", std::size_t{64} * 1024);
  if (!text) {
    problems.push_back("cannot tell guardd's own capabilities: " + text.error().message);
    return;
  }
  const auto status = parse_status(*text);
  if (!status) {
    problems.push_back("cannot tell guardd's own capabilities: " + status.error().message);
    return;
  }
  for (const Capability& capability : needed_capabilities) {
    if ((status->cap_eff >> static_cast<unsigned>(capability.number) & 1U) != 0) continue;
    problems.push_back(std::string("guardd lacks ") + capability.name + ", needed for " + capability.purpose);
  }
}

}  // namespace

std::vector<std::string> sight_problems(const HostRoot& root) {
  Problems problems;
  check_proc(root, problems);
  check_namespaces(root, problems);
  check_first_process(root, problems);
  check_capabilities(root, problems);
  return problems;
}

}  // namespace guardd
