// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/places.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/glob.hpp"
#include "daemon/data/config_paths.hpp"
#include "daemon/data/listing.hpp"
#include "daemon/data/read_node.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/fs_class.hpp"
#include "os/join.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_expansion = 1024;  // of one pattern
/// Where container engines keep the volumes that containers store their data in, below the depth that the search always
/// reaches: Docker, Podman, kubelet.
constexpr std::array<std::string_view, 4> volume_places{
    "/var/lib/docker/volumes/*/_data", "/var/lib/containers/storage/volumes/*/_data",
    "/var/lib/kubelet/pods/*/volumes/*/*", "/var/lib/rancher/k3s/storage/*"};
constexpr int max_climb = 5;  // /var/lib/postgresql/15/main/base/16384: a file's cluster is not far above it

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Places::Places(const DataInput& input, const HostRoot& host, Views& views, Finder& finder,
               std::vector<std::string>& problems)
    : input_(input),
      host_(host),
      views_(views),
      finder_(finder),
      problems_(problems),
      buffer_(Listing::make_buffer()) {}

void Places::look() {
  for (View* view : views_.namespaces()) look_at_defaults(*view);
  if (views_.host() != nullptr) {
    for (const std::string& path : input_.known_paths) look_at_path(*views_.host(), path, true, false);
    look_at_volumes(*views_.host());
  }
  look_at_processes();
  look_at_open_files();
  look_at_busy_directories();
}

void Places::complain(const View& view, bool expected, const Error& error) {
  // A network or FUSE filesystem at a default place holds nothing of this host's disks, and must not be entered.
  if (!expected || !views_.is_host(view) || is_absence(error) || error.code == "not_local") return;
  add_problem(problems_, "can't look at " + error.message + " (" + error.code + ")");
}

void Places::look_at_node(View& view, const Node& node, bool expected) {
  if (const std::optional<Error> error = finder_.look_at(view, node)) complain(view, expected, *error);
}

const std::vector<FileId>& Places::look_at_path(View& view, const std::string& path, bool expected, bool climb) {
  const auto [place, is_new] = known_.emplace(std::pair<const View*, std::string>(&view, path), std::vector<FileId>());
  if (!is_new || finder_.is_late()) return place->second;
  const Result<Node> node = walk(view, path);
  if (!node) {
    complain(view, expected, node.error());
    return place->second;
  }
  place->second = node->ancestors;
  look_at_node(view, *node, expected);
  std::string above = node->path;
  for (int i = 0; climb && i < max_climb && above != "/"; ++i) {
    above = parent_of(above);
    look_at_path(view, above, false, false);
  }
  return place->second;
}

void Places::look_at_defaults(View& view) {
  std::set<std::string> done;
  for (const Recognition& recognition : input_.recognitions) {
    for (const std::string& pattern : recognition.directories) {
      if (!done.insert(pattern).second) continue;
      for (const std::string& path : expand(view, pattern, true)) look_at_path(view, path, true, false);
    }
    if (recognition.config_keys.empty()) continue;
    for (const std::string& pattern : recognition.config_files) {
      for (const std::string& file : expand(view, pattern, true)) look_at_config(view, file, recognition.config_keys);
    }
  }
}

void Places::look_at_volumes(View& host) {
  for (const std::string_view pattern : volume_places) {
    for (const std::string& path : expand(host, std::string(pattern), true)) look_at_path(host, path, true, false);
  }
}

void Places::look_at_config(View& view, const std::string& file, const std::vector<std::string>& keys) {
  const Result<Node> node = walk(view, file);
  if (!node) return complain(view, true, node.error());
  const Result<std::string> text = read_node(*node, max_config_bytes);
  if (!text) {
    if (text.error().code != "not_regular") complain(view, true, text.error());
    return;
  }
  for (const std::string& path : parse_config_paths(*text, keys)) {
    look_at_path(view, path, false, false);
    look_at_path(view, parent_of(path), false, false);  // log_bin names files
  }
}

void Places::look_at_processes() {
  for (const ProcessFact& process : input_.processes) {
    View* view = views_.of_process(process.pid, process.ns.mnt);
    if (view == nullptr) continue;
    for (const std::string& path : process.data_paths) {
      finder_.add_use({process.pid, "argument", path}, look_at_path(*view, path, false, false));
    }
    look_at_cwd(*view, process);
  }
}

/// By its path, for the ancestors; and by the link itself, for the path may be another directory's by now, mounted over
/// it. A process that left its root behind (chroot(2) without chdir(2)) is seen from its namespace's.
void Places::look_at_cwd(View& own, const ProcessFact& process) {
  View* wide = views_.of_namespace(process.ns.mnt);
  View& view = !own.from_namespace(process.cwd) && wide != nullptr ? *wide : own;
  const std::optional<std::string> path = view.from_namespace(process.cwd);
  const DirectoryUse use{process.pid, "cwd", process.cwd};
  if (path && path->starts_with('/')) finder_.add_use(use, look_at_path(view, *path, false, true));
  const Result<Node> node = open_cwd(view, process.pid, host_);
  if (!node) return;
  look_at_node(view, *node, false);
  finder_.add_use(use, node->ancestors);
}

void Places::look_at_open_files() {
  std::map<std::int32_t, std::uint64_t> namespaces;
  for (const ProcessFact& process : input_.processes) namespaces[process.pid] = process.ns.mnt;
  for (const OpenFileFact& file : input_.open_files) {
    if (finder_.is_late()) return;
    const auto mnt_ns = namespaces.find(file.pid);
    View* view = views_.of_process(file.pid, mnt_ns == namespaces.end() ? 0 : mnt_ns->second);
    if (view == nullptr || !file.path.starts_with('/')) continue;
    const std::optional<std::string> path = view->from_namespace(file.path);
    if (!path) continue;
    finder_.add_use({file.pid, file.how, file.path}, look_at_path(*view, parent_of(*path), false, true));
  }
}

void Places::look_at_busy_directories() {
  for (const BusyDirectory& busy : input_.busy_directories) {
    if (finder_.is_late()) return;
    View* view = views_.of_namespace(busy.mnt_ns);
    if (view == nullptr) view = views_.of_process(busy.pid, busy.mnt_ns);
    if (view == nullptr || !busy.path.starts_with('/')) continue;
    const std::optional<std::string> path = view->from_namespace(busy.path);
    if (!path) continue;
    finder_.add_use({busy.pid, busy.cwd ? "cwd" : "fd", busy.path}, look_at_path(*view, *path, false, true));
  }
}

std::vector<std::string> Places::expand(View& view, const std::string& pattern, bool expected) {
  std::vector<std::string> paths;
  if (!is_glob(pattern)) return {pattern};
  expand_into(view, "/", pattern, expected, paths);
  return paths;
}

void Places::expand_into(View& view, const std::string& base, std::string_view rest, bool expected,
                         std::vector<std::string>& paths) {
  std::string plain = base;
  while (!rest.empty()) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(part.size());
    if (part.empty()) break;
    if (!is_glob(part)) {
      plain = joined(plain, part);
      continue;
    }
    const Result<Node> node = walk(view, plain);
    if (!node) return complain(view, expected, node.error());
    const Result<Fd> fd = open_directory(*node);
    if (!fd) return complain(view, expected, fd.error());
    std::vector<std::string> names;
    Listing listing(fd->get(), buffer_);
    Listing::Entry entry;
    while (names.size() + paths.size() < max_expansion && listing.next(entry)) {
      if (glob_match(part, entry.name)) names.emplace_back(entry.name);
    }
    if (listing.error() != 0) complain(view, expected, os_error(listing.error(), plain));
    for (const std::string& name : names) expand_into(view, joined(plain, name), rest, expected, paths);
    return;
  }
  if (paths.size() < max_expansion) paths.push_back(std::move(plain));
}

}  // namespace guardd
