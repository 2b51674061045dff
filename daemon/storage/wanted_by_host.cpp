// SPDX-License-Identifier: Apache-2.0
#include "daemon/storage/wanted_by_host.hpp"

#include <sys/stat.h>

#include <set>

#include "daemon/inspect/report.hpp"
#include "daemon/storage/block_devices.hpp"
#include "os/join.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;
constexpr std::size_t max_units = 20'000;

std::vector<std::string> names_in(const std::string& directory, std::vector<std::string>& problems) {
  Result<std::vector<std::string>> names = list_names(directory, max_units);
  if (names) return std::move(names).value();
  if (names.error().code != "enoent" && names.error().code != "enotdir") add_problem(problems, names.error().message);
  return {};
}

std::vector<WantedMount> read_units(const std::string& directory, std::vector<std::string>& problems) {
  std::vector<std::string> units;
  std::set<std::string> enabled;
  for (const std::string& name : names_in(directory, problems)) {
    if (name.ends_with(".mount")) units.push_back(name);
    if (name.ends_with(".wants") || name.ends_with(".requires")) {
      for (std::string& unit : names_in(joined(directory, name), problems)) enabled.insert(std::move(unit));
    }
  }
  std::vector<WantedMount> mounts;
  for (const std::string& unit : units) {
    const std::string path = joined(directory, unit);
    const Result<std::string> text = read_file(path, max_file_bytes);
    if (!text) {
      if (text.error().code != "enoent") add_problem(problems, text.error().message);
      continue;
    }
    std::optional<WantedMount> mount = parse_mount_unit(*text, path);
    if (!mount) continue;  // masked by a link to /dev/null, or nothing that systemd would mount
    if (!enabled.contains(unit)) mount->options += mount->options.empty() ? "noauto" : ",noauto";
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

}  // namespace

std::vector<WantedMount> read_wanted_mounts(const HostRoot& root, std::vector<std::string>& problems) {
  std::vector<WantedMount> all;
  const Result<std::string> fstab = read_file(root.etc + "/fstab", max_file_bytes);
  if (fstab) {
    WantedMounts wanted = parse_fstab(*fstab, root.etc + "/fstab");
    for (std::string& problem : wanted.problems) add_problem(problems, std::move(problem));
    all = std::move(wanted.mounts);
  } else if (fstab.error().code != "enoent") {
    add_problem(problems, fstab.error().message);
  }
  for (const std::string& base : {root.etc, root.run}) {
    for (WantedMount& mount : read_units(base + "/systemd/system", problems)) all.push_back(std::move(mount));
  }
  return all;
}

std::vector<WantedCrypt> read_closed_crypts(const HostRoot& root, std::vector<std::string>& problems) {
  const Result<std::string> text = read_file(root.etc + "/crypttab", max_file_bytes);
  if (!text) {
    if (text.error().code != "enoent") add_problem(problems, text.error().message);
    return {};
  }
  WantedCrypts wanted = parse_crypttab(*text);
  for (std::string& problem : wanted.problems) add_problem(problems, std::move(problem));
  std::erase_if(wanted.entries, [&](const WantedCrypt& entry) {
    struct stat status {};
    return ::lstat((root.dev + "/mapper/" + entry.name).c_str(), &status) == 0;
  });
  return std::move(wanted.entries);
}

}  // namespace guardd
