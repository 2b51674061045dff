// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/privileges.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/limits.hpp"
#include "os/read.hpp"
#include "procfs/fields.hpp"

namespace guardd {
namespace {

constexpr uid_t nobody = 65534;

using CapabilitySets = std::array<__user_cap_data_struct, 2>;

bool read_capabilities(CapabilitySets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(SYS_capget, &header, sets.data()) == 0;
}

bool clear_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const CapabilitySets none{};
  return ::syscall(SYS_capset, &header, none.data()) == 0;
}

bool any_capability(const CapabilitySets& sets) {
  return std::any_of(sets.begin(), sets.end(),
                     [](const auto& set) { return (set.effective | set.permitted | set.inheritable) != 0; });
}

/// Needs CAP_SETPCAP; a process without it has nothing that execve could turn into more, given no_new_privs.
std::optional<Error> clear_bounding_set() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EPERM) return os_error(errno, "PR_CAPBSET_DROP");
  }
  return std::nullopt;
}

/// Only root has an identity to lose. EINVAL: a user namespace without that uid; the capabilities go all the same.
std::optional<Error> become_nobody() {
  if (::geteuid() != 0 && ::getuid() != 0) return std::nullopt;
  if (::setgroups(0, nullptr) != 0 && errno != EPERM)
    return os_error(errno, "setgroups");  // EPERM: see user_namespaces(7)
  if (::setresgid(nobody, nobody, nobody) != 0 && errno != EINVAL) return os_error(errno, "setresgid");
  if (::setresuid(nobody, nobody, nobody) != 0 && errno != EINVAL) return os_error(errno, "setresuid");
  return std::nullopt;
}

/// The first field of /proc/self/statm, proc_pid_statm(5), is the size of the address space in pages.
Result<std::uint64_t> mapped_bytes() {
  const Result<std::string> statm = read_file("/proc/self/statm", 256);
  if (!statm) return statm.error();
  const auto pages = procfs::parse_number<std::uint64_t>(std::string_view(*statm).substr(0, statm->find(' ')));
  if (!pages) return Error{"bad_statm", "/proc/self/statm: no size"};
  return *pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::optional<Error> drop_all_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return os_error(errno, "PR_SET_NO_NEW_PRIVS");
  if (auto error = clear_bounding_set()) return error;
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return os_error(errno, "PR_CAP_AMBIENT");
  if (auto error = become_nobody()) return error;
  if (!clear_capabilities()) return os_error(errno, "capset");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return os_error(errno, "PR_SET_DUMPABLE");
  CapabilitySets left{};
  if (!read_capabilities(left)) return os_error(errno, "capget");
  if (any_capability(left)) return Error{"capabilities_left", "capabilities are left after capset"};
  return std::nullopt;
}

std::optional<Error> set_probe_limits(const ProbeLimits& limits) {
  const Result<std::uint64_t> mapped = mapped_bytes();
  if (!mapped) return mapped.error();
  const std::array wanted{
      std::pair{RLIMIT_CPU, rlim_t{limits.cpu_seconds}},
      std::pair{RLIMIT_NOFILE, rlim_t{limits.descriptors}},
      std::pair{RLIMIT_FSIZE, rlim_t{0}},
      std::pair{RLIMIT_CORE, rlim_t{0}},
      std::pair{RLIMIT_NPROC, rlim_t{0}},
      std::pair{RLIMIT_AS, rlim_t{*mapped + limits.more_address_space_bytes}},
  };
  for (const auto& [resource, value] : wanted) {
    if (resource == RLIMIT_AS && !address_space_limited) continue;
    rlimit old{};
    if (::getrlimit(resource, &old) != 0) return os_error(errno, "getrlimit");
    const rlim_t lowered = std::min(value, old.rlim_max);
    const rlimit both{lowered, lowered};
    if (::setrlimit(resource, &both) != 0) return os_error(errno, "setrlimit");
  }
  return std::nullopt;
}

std::optional<Error> close_all_but(std::span<const int> keep) {
  std::vector<int> kept(keep.begin(), keep.end());
  std::sort(kept.begin(), kept.end());
  unsigned first = 3;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number < first) continue;
    if (number > first && ::close_range(first, number - 1, 0) != 0) return os_error(errno, "close_range");
    first = number + 1;
  }
  if (::close_range(first, ~0U, 0) != 0) return os_error(errno, "close_range");
  return std::nullopt;
}

}  // namespace guardd
