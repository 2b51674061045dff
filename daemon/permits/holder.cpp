// SPDX-License-Identifier: Apache-2.0
#include "daemon/permits/holder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <string>

#include "core/locate.hpp"
#include "gate/sight.hpp"
#include "os/read.hpp"
#include "procfs/process_stat.hpp"

namespace guardd {
namespace {

Error bad_holder(std::string why) { return {"bad_holder", std::move(why)}; }

std::string proc(std::int32_t pid) { return "/proc/" + std::to_string(pid); }

/// Numbers of processes mean the same to it as to guardd.
bool shares_pid_namespace(std::int32_t pid) {
  const Result<std::string> own = read_link_at(AT_FDCWD, "/proc/self/ns/pid");
  const Result<std::string> other = read_link_at(AT_FDCWD, (proc(pid) + "/ns/pid").c_str());
  return own && other && *own == *other;
}

std::uint64_t read_diskseq(DeviceNumber device) {
  const std::string directory =
      "/sys/dev/block/" + std::to_string(device.major) + ":" + std::to_string(device.minor) + "/";
  // A partition's directory lies in its disk's.
  for (const char* const file : {"diskseq", "../diskseq"}) {
    const Result<std::string> text = read_file(directory + file, 64);
    std::uint64_t number = 0;
    if (text && std::from_chars(text->data(), text->data() + text->size(), number).ec == std::errc{}) return number;
  }
  return 0;
}

}  // namespace

Result<PermitHolder> find_holder(std::int32_t pid, const Caller& caller) {
  // Of a caller in a namespace that guardd can't see into, the kernel says pid 0.
  if (caller.pid == 0 || !shares_pid_namespace(caller.pid))
    return bad_holder("the caller is in another pid namespace than guardd (a container), or has ended");
  const std::int32_t wanted = pid == 0 ? caller.pid : pid;
  Result<PermitHolder> holder = gate::identify(wanted);
  if (!holder) return bad_holder("there is no process " + std::to_string(wanted) + ": " + holder.error().message);
  if (!shares_pid_namespace(wanted))
    return bad_holder("process " + std::to_string(wanted) + " is in another pid namespace (a container)");
  struct stat status {};
  if (::stat(proc(wanted).c_str(), &status) != 0) return bad_holder(os_error(errno, proc(wanted)).message);
  if (caller.uid != 0 && status.st_uid != caller.uid)
    return bad_holder("process " + std::to_string(wanted) + " is another user's");
  if (!gate::process_lives(*holder)) return bad_holder("process " + std::to_string(wanted) + " has ended");
  return holder;
}

Result<std::string> find_command_cgroup(std::int32_t child, const PermitHolder& holder) {
  const auto bad = [](std::string why) { return Error{"bad_cgroup", std::move(why)}; };
  if (!shares_pid_namespace(child)) return bad("process " + std::to_string(child) + " is not there");
  Result<std::string> cgroup = gate::cgroup2_of(child);
  if (!cgroup) return bad(cgroup.error().message);
  const Result<std::string> holders = gate::cgroup2_of(holder.pid);
  if (!holders) return bad(holders.error().message);
  if (is_within(*holders, *cgroup)) return bad("the command is in no cgroup of its own, but in " + *cgroup);
  return cgroup;
}

bool is_within(const Caller& caller, const Permit& permit) {
  if (!is_valid(permit)) return false;
  if (caller.pid == permit.holder.pid) return gate::process_lives(permit.holder);
  if (permit.has_command) {
    const Result<std::string> cgroup = gate::cgroup2_of(caller.pid);
    return permit.began && cgroup && is_within(*cgroup, permit.cgroup);
  }
  const Result<std::string> text = read_file(proc(caller.pid) + "/stat", 4096);
  const Result<ProcessStat> stat = text ? parse_stat(*text) : Result<ProcessStat>(text.error());
  return stat && stat->ppid == permit.holder.pid && gate::process_lives(permit.holder);
}

std::string find_swapped_disk(const Permit& permit) {
  for (const PermitDisk& disk : permit.disks) {
    if (disk.diskseq != 0 && read_diskseq(disk.device) != disk.diskseq)
      return std::to_string(disk.device.major) + ":" + std::to_string(disk.device.minor);
  }
  return "";
}

}  // namespace guardd
