// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/search.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/data/open_beneath.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/fs_class.hpp"
#include "os/clock.hpp"
#include "os/join.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::array<std::string_view, 5> left_out{"/usr", "/proc", "/sys", "/dev", "/boot"};
constexpr std::size_t required_depth = 3;
// How far a search gets in its time depends on the machine's load, and an answer must not: there the line is drawn
// further down.
constexpr std::size_t required_depth_in_time = 5;
constexpr std::size_t max_depth = 32;

// Neither a directory that anybody may fill (/tmp) nor one with very many directories may use up the budget before the
// rest has had its turn: they wait as if they lay deeper.
constexpr std::size_t many_children = 1000;
constexpr std::size_t many_in_shared = 100;
constexpr std::size_t penalty = 4;

}  // namespace

Search::Search(Views& views, Finder& finder, SearchBudget budget, std::vector<std::string>& problems)
    : views_(views), finder_(finder), budget_(budget), problems_(problems), buffer_(Listing::make_buffer()) {}

void Search::run(const std::vector<Superblock>& superblocks) {
  for (const Superblock& superblock : superblocks) {
    const FsClass fs_class = classify_filesystem(superblock.fstype, superblock.device);
    if (!is_walkable(fs_class)) continue;
    for (const MountInView& mount : covering_mounts(superblock)) {
      Result<OpenMount> open = open_mount(superblock, mount);
      // Memory that another mount hides can't be reached by any name, and lasts no longer than this boot.
      const bool is_lost = !open && open.error().code == "hidden" && !is_durable(fs_class);
      if (open) {
        add_root(std::move(open).value());
      } else if (views_.is_host(*mount.view) && !is_lost) {
        add_problem(problems_, "can't search " + mount.mount.mountpoint + ": " + open.error().message);
      }
    }
  }
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    while (!levels_[level].empty()) {
      if (is_spent(level)) return;
      const Item item = std::move(levels_[level].front());
      levels_[level].pop_front();
      look_into(item);
    }
  }
}

bool Search::is_late() { return monotonic_now_us() >= budget_.deadline_us || finder_.is_late(); }

bool Search::is_spent(std::size_t level) {
  const bool late = is_late();
  if (seen_ < budget_.directories && !late) return false;
  const std::size_t required = late ? required_depth_in_time : required_depth;
  if (level <= required) {
    add_problem(problems_, "the search for data directories was stopped after " + std::to_string(seen_) +
                               " directories, before it had seen all down to depth " + std::to_string(required));
  }
  return true;
}

void Search::add_root(OpenMount open) {
  if (!open.root.identity.is_directory()) return;
  const std::int64_t mount_id = open.root.identity.mount_id;
  const bool has_mounts = std::ranges::any_of(open.where.view->mounts().all(),
                                              [&](const MountFact& mount) { return mount.parent == mount_id; });
  const std::size_t index = roots_.size();
  const bool whole_is_left_out = std::ranges::find(left_out, open.root.path) != left_out.end();
  const bool is_usr = open.root.path == "/usr";
  roots_.push_back({open.where.view, std::move(open.root), has_mounts});
  if (is_usr) push({index, "local", 1}, 1);
  if (!whole_is_left_out) push({index, "", 0}, 0);
}

void Search::push(Item item, std::size_t level) {
  if (level >= levels_.size()) levels_.resize(level + 1);
  levels_[level].push_back(std::move(item));
}

void Search::complain(const Root& root, const Error& error) {
  if (views_.is_host(*root.view)) add_problem(problems_, "can't search " + error.message);
}

void Search::look_into(const Item& item) {
  ++seen_;
  const Root& root = roots_[item.root];
  const Fd fd = open_beneath(root.node.fd.get(), item.path);
  if (!fd) {
    if (!is_passing(errno)) complain(root, os_error(errno, joined(root.node.path, item.path)));
    return;
  }
  MarkerHits hits;
  std::vector<std::string> children;
  Listing listing(fd.get(), buffer_);
  Listing::Entry entry;
  std::size_t count = 0;
  while (listing.next(entry)) {
    // To its end, however long it is: a data directory may stand behind a spool's million files.
    if (++count % max_listed_entries == 0 && is_late()) {
      if (item.depth < required_depth_in_time) {
        add_problem(problems_, joined(root.node.path, item.path) + " has too many entries to be listed in time");
      }
      break;
    }
    finder_.markers().see(entry.name, hits);
    // Where the filesystem does not tell, opening it as a directory will: that opens nothing else.
    const bool is_child = entry.type == DT_DIR || entry.type == DT_UNKNOWN;
    if (is_child) children.emplace_back(entry.name);
  }
  const bool hides = listing.error() != 0 && !is_passing(listing.error());
  if (hides) complain(root, os_error(listing.error(), joined(root.node.path, item.path)));
  if (count >= max_listed_entries || !finder_.markers().complete(hits).empty()) {
    const Result<Node> node = walk(*root.view, joined(root.node.path, item.path));
    const std::optional<Error> error = node ? finder_.look_at(*root.view, *node) : std::optional(node.error());
    if (error && !is_absence(*error)) complain(root, *error);
  }
  queue_children(item, children, fd.get());
}

void Search::queue_children(const Item& item, const std::vector<std::string>& names, int directory) {
  if (names.empty() || item.depth == max_depth) return;
  const Root& root = roots_[item.root];
  struct stat status {};
  const bool is_shared =
      names.size() > many_in_shared && ::fstat(directory, &status) == 0 && (status.st_mode & S_IWOTH) != 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Item child{item.root, item.path.empty() ? names[i] : item.path + "/" + names[i], item.depth + 1};
    const std::string path = joined(root.node.path, child.path);
    // What is mounted there is searched by itself, if at all, and its root must not even be asked what it is.
    if (root.has_mounts && root.view->mounts().mounted_on(root.node.identity.mount_id, path) != nullptr) continue;
    if (std::ranges::find(left_out, path) != left_out.end()) {
      if (path == "/usr") push({item.root, child.path + "/local", child.depth + 1}, child.depth + 1);
      continue;
    }
    const std::size_t level = child.depth + (is_shared || i >= many_children ? penalty : 0);
    push(std::move(child), level);
  }
}

}  // namespace guardd
