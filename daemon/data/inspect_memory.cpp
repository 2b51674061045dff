// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/data/file_handle.hpp"
#include "daemon/data/mounted_filesystems.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/data/tree_watermark.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

class MemoryLook {
 public:
  MemoryLook(Views& views, const HostRoot& host, std::int64_t deadline_us)
      : views_(views), deadline_us_(deadline_us), filesystems_(mounted_filesystems(views, host)) {}

  MemoryFact look_for(const RememberedDataset& dataset) {
    MemoryFact fact;
    fact.id = dataset.id;
    if (monotonic_now_us() > deadline_us_) {
      fact.why = "the time for looking was over";
      return fact;
    }
    const bool by_handle = std::ranges::any_of(dataset.anchors, can_be_opened, &Anchor::handle);
    if (by_handle) {
      look_by_handle(dataset, fact);
    } else {
      look_by_path(dataset, fact);
    }
    return fact;
  }

 private:
  /// On every filesystem that may be its own: of two with one UUID neither is asked alone.
  void look_by_handle(const RememberedDataset& dataset, MemoryFact& fact) {
    fact.whereabouts = Whereabouts::not_mounted;
    std::string blind;
    for (const MountedFilesystem& filesystem : filesystems_) {
      if (filesystem.uuid != dataset.fs_uuid || filesystem.fstype != dataset.fstype) continue;
      if (!filesystem.root) {
        blind = filesystem.why;
        continue;
      }
      // Without a UUID it may be another one: only what is found there tells.
      const bool is_its_own = !dataset.fs_uuid.empty();
      if (is_its_own && fact.whereabouts == Whereabouts::not_mounted) fact.whereabouts = Whereabouts::deleted;
      const Result<bool> exists = is_on(filesystem, dataset);
      if (!exists) {
        blind = exists.error().message;
      } else if (*exists) {
        fact.whereabouts = Whereabouts::here;
        fact.device = filesystem.device;
        describe(filesystem, dataset, fact);
        return;
      }
    }
    if (fact.whereabouts == Whereabouts::deleted && blind.empty()) blind = why_no_deletion(dataset);
    if (!blind.empty()) {
      fact.whereabouts = Whereabouts::unknown;
      fact.why = "its filesystem is mounted and can't be looked into: " + blind;
    }
  }

  static bool is_failure(const Error& error) { return error.code == "eio" || error.code == "euclean"; }

  /// A filesystem that fails calls every handle stale (fs/fhandle.c, do_handle_to_path()): its names tell, where it is
  /// still mounted where it was. Empty: nothing says that it fails.
  std::string why_no_deletion(const RememberedDataset& dataset) const {
    View* const host = views_.host();
    if (dataset.path.empty() || host == nullptr) return "";
    const Result<Node> directory = walk(*host, dataset.path);
    if (!directory) return is_failure(directory.error()) ? directory.error().message : "";
    for (const Anchor& anchor : dataset.anchors) {
      const Result<bool> same = is_in(*host, *directory, anchor);
      if (!same && is_failure(same.error())) return same.error().message;
      if (same && *same) return "its files are there, and the filesystem calls them stale";
    }
    return "";
  }

  /// A file that has the handle but was born at another time is another one: a filesystem made anew, or put back.
  static Result<bool> is_on(const MountedFilesystem& filesystem, const RememberedDataset& dataset) {
    for (const Anchor& anchor : dataset.anchors) {
      if (!can_be_opened(anchor.handle)) continue;
      const Result<Fd> fd = open_by_handle(filesystem.root.get(), anchor.handle);
      if (!fd && (fd.error().code == "estale" || fd.error().code == "enoent")) continue;
      if (!fd) return fd.error();
      const Result<Identity> identity = identify(fd->get());
      if (!identity) return identity.error();
      if (identity->birth_ns == anchor.birth_ns) return true;
    }
    return false;
  }

  void describe(const MountedFilesystem& filesystem, const RememberedDataset& dataset, MemoryFact& fact) const {
    const Result<Fd> directory = open_by_handle(filesystem.root.get(), dataset.handle);
    if (!directory) {
      fact.watermark = Unknown{"its files were moved to another directory"};
      return;
    }
    const std::string link = "/proc/self/fd/" + std::to_string(directory->get());
    if (const Result<std::string> path = read_link_at(AT_FDCWD, link.c_str())) fact.path = *path;
    if (dataset.watermark) read_watermark(link, fact);
  }

  void read_watermark(const std::string& directory, MemoryFact& fact) const {
    const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
    const Result<Watermark> mark =
        fd ? tree_watermark(fd.get(), deadline_us_) : Result<Watermark>(os_error(errno, fact.path));
    fact.watermark = mark ? Known<Watermark>(*mark) : Unknown{mark.error().message};
  }

  /// On a filesystem without handles a rename can't be told from a deletion: what is not where it was is gone.
  void look_by_path(const RememberedDataset& dataset, MemoryFact& fact) {
    View* const host = views_.host();
    const Result<Node> directory =
        host != nullptr ? walk(*host, dataset.path) : Result<Node>(Error{"no_view", "PID 1's files can't be seen"});
    if (!directory) {
      fact.whereabouts = is_absence(directory.error()) ? Whereabouts::deleted : Whereabouts::unknown;
      fact.why = directory.error().message;
      return;
    }
    fact.whereabouts = Whereabouts::deleted;
    for (const Anchor& anchor : dataset.anchors) {
      const Result<bool> same = is_in(*host, *directory, anchor);
      if (!same) {
        fact.whereabouts = Whereabouts::unknown;
        fact.why = same.error().message;
        return;
      }
      if (*same) fact.whereabouts = Whereabouts::here;
    }
    if (fact.whereabouts != Whereabouts::here) return;
    fact.path = directory->path;
    const MountFact* const mount = host->mounts().by_id(directory->identity.mount_id);
    fact.device = mount != nullptr ? Known<DeviceNumber>(mount->device) : Unknown{"its mount is not in mountinfo"};
    if (dataset.watermark) read_watermark("/proc/self/fd/" + std::to_string(directory->fd.get()), fact);
  }

  /// Through directories too: an anchor may be "global/pg_control".
  static Result<bool> is_in(View& host, const Node& directory, const Anchor& anchor) {
    const Result<Node> node = walk(host, directory.path + "/" + anchor.name);
    if (!node) return is_absence(node.error()) ? Result<bool>(false) : Result<bool>(node.error());
    return file_handle(node->fd.get(), node->identity.inode) == anchor.handle &&
           node->identity.birth_ns == anchor.birth_ns;
  }

  Views& views_;
  std::int64_t deadline_us_;
  std::vector<MountedFilesystem> filesystems_;
};

}  // namespace

MemoryOutput inspect_memory(const MemoryInput& input, const HostRoot& root) {
  const std::int64_t began = monotonic_now_us();
  std::vector<std::string> problems;
  MemoryOutput output;
  Views views(input.mount_namespaces, root, problems);
  MemoryLook look(views, root, began + input.deadline_ms * 1000);
  for (const RememberedDataset& dataset : input.datasets) output.facts.push_back(look.look_for(dataset));
  output.reports.push_back(make_report("memory", std::move(problems), began));
  return output;
}

}  // namespace guardd
