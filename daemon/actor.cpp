// SPDX-License-Identifier: Apache-2.0
#include "daemon/actor.hpp"

#include <fcntl.h>
#include <pwd.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>

#include "os/read.hpp"
#include "procfs/cgroup.hpp"

namespace guardd {
namespace {

constexpr std::size_t longest_cgroup = std::size_t{16} * 1024;
constexpr std::uint32_t unset = 0xFFFFFFFF;  // AUDIT_UID_UNSET and AUDIT_SID_UNSET, include/uapi/linux/audit.h

std::optional<std::uint32_t> number_in(const std::string& file) {
  const Result<std::string> text = read_file(file, 64);
  if (!text) return std::nullopt;
  std::uint32_t number = unset;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number == unset ? std::nullopt : std::optional(number);
}

std::string name_of(uid_t uid) {
  std::string number = "uid " + std::to_string(uid);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
  if (!file) return number;
  while (const passwd* const entry = ::fgetpwent(file.get())) {
    if (entry->pw_uid == uid) return std::string(entry->pw_name) + " (" + number + ")";
  }
  return number;
}

Actor read_actor(const Caller& caller) {
  const std::string directory = "/proc/" + std::to_string(caller.pid) + "/";
  Actor actor{.uid = caller.uid,
              .gid = caller.gid,
              .pid = caller.pid,
              .exe = {},
              .unit = {},
              .session = number_in(directory + "sessionid"),
              .login_uid = number_in(directory + "loginuid")};
  if (const Result<std::string> exe = read_link_at(AT_FDCWD, (directory + "exe").c_str())) actor.exe = *exe;
  const Result<std::string> cgroup = read_file(directory + "cgroup", longest_cgroup);
  if (!cgroup) return actor;
  if (const Result<CgroupPlace> place = parse_cgroup(*cgroup)) actor.unit = place->unit;
  return actor;
}

}  // namespace

Actor actor_of(const Caller& caller) {
  if (!*caller.actor) *caller.actor = read_actor(caller);
  return **caller.actor;
}

std::string describe(const Actor& actor) {
  const std::string name = name_of(actor.uid);
  return actor.login_uid && *actor.login_uid != actor.uid ? name_of(*actor.login_uid) + " as " + name : name;
}

}  // namespace guardd
