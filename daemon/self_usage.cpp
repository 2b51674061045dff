// SPDX-License-Identifier: Apache-2.0
#include "daemon/self_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "os/read.hpp"
#include "procfs/process_stat.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_stat_bytes = 4096;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t count_descriptors() {
  std::error_code failure;
  std::uint64_t count = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    ++count;
  }
  return count;
}

std::uint64_t limit_of(__rlimit_resource resource) {
  rlimit limits{};
  ::getrlimit(resource, &limits);
  return limits.rlim_cur;
}

}  // namespace

Result<SelfUsage> read_self_usage(pid_t fork_server) {
  SelfUsage usage;
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  usage.cpu_s = seconds(own.ru_utime) + seconds(own.ru_stime);
  usage.wake_ups = static_cast<std::uint64_t>(own.ru_nvcsw);
  usage.descriptors = count_descriptors();
  usage.descriptors_limit = limit_of(RLIMIT_NOFILE);
  usage.address_space_limit_bytes = limit_of(RLIMIT_AS);
  for (const pid_t pid : {::getpid(), fork_server}) {
    const Result<std::string> text = read_file("/proc/" + std::to_string(pid) + "/stat", max_stat_bytes);
    if (!text) return text.error();
    const Result<ProcessStat> stat = parse_stat(*text);
    if (!stat) return stat.error();
    usage.resident_bytes += stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    if (pid != fork_server) {
      usage.address_space_bytes = stat->address_space_bytes;
      continue;
    }
    usage.cpu_s += static_cast<double>(stat->cpu_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  return usage;
}

}  // namespace guardd
