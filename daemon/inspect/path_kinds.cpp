// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/path_kinds.hpp"

#include <algorithm>
#include <array>

namespace guardd::walk {
namespace {

using std::string_view;

bool is_in(string_view path, string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

constexpr std::array<string_view, 17> character_devices = {
    "null", "zero", "full", "random", "urandom", "tty",     "ptmx",         "console",        "kmsg",
    "fuse", "kvm",  "hpet", "rtc",    "mem",     "net/tun", "loop-control", "mapper/control",
};
constexpr std::array<string_view, 13> character_prefixes = {
    "tty",  "pts/",    "vhost",      "input/", "dri/",     "snd/", "rtc",
    "shm/", "mqueue/", "hugepages/", "vfio/",  "watchdog", "cpu/",
};

}  // namespace

bool is_made_up(string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/SYSV") || path.starts_with("/[aio]") ||
         path.starts_with("/anon_hugepage");
}

bool may_hold_data(string_view directory) {
  if (!directory.starts_with('/')) return false;
  if (is_in(directory, "/dev")) return is_in(directory, "/dev/shm");
  return !is_in(directory, "/proc") && !is_in(directory, "/sys");
}

bool may_hold_open_data(string_view directory) {
  if (!may_hold_data(directory)) return false;
  if (directory.starts_with("/lib")) {
    const string_view top = directory.substr(0, directory.find('/', 1));
    return top != "/lib" && top != "/lib64" && top != "/lib32" && top != "/libx32";
  }
  // MySQL's own archives are unpacked to /usr/local/mysql, data and all.
  if (is_in(directory, "/usr")) return is_in(directory, "/usr/local");
  return !is_in(directory, "/bin") && !is_in(directory, "/sbin");
}

bool may_be_block_device(string_view path) {
  const std::size_t dev = path.find("/dev/");
  if (dev == string_view::npos) return false;
  const string_view name = path.substr(dev + 5);
  if (std::find(character_devices.begin(), character_devices.end(), name) != character_devices.end()) return false;
  return std::none_of(character_prefixes.begin(), character_prefixes.end(),
                      [name](string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace guardd::walk
