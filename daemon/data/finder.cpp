// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/finder.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/glob.hpp"
#include "daemon/data/listing.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_uses = 64;          // of one directory
constexpr std::ptrdiff_t max_uses_alike = 4;  // of one process in one way; a busy server has thousands of files open
constexpr std::size_t max_lock_checks = 8;    // marker files of one directory that are asked for locks

/// Something by that name is there, though it can't be looked at: counted as a marker, for evidence only adds refusals.
bool hides_something(const Error& error) {
  return !is_absence(error) && error.code != "not_local" && error.code != "unknown_mount" && error.code != "eloop";
}

/// What can't be read may.
bool may_begin_with(const Node& file, const std::string& magic) {
  const Result<Fd> fd = open_regular(file);
  if (!fd) return true;
  std::string head(magic.size(), '\0');
  const ssize_t got = ::pread(fd->get(), head.data(), head.size(), 0);
  return got < 0 || std::string_view(head).substr(0, static_cast<std::size_t>(got)) == magic;
}

}  // namespace

Finder::Finder(const std::vector<Recognition>& recognitions, const LockHolders& locks, const HostRoot& host,
               std::int64_t deadline_us)
    : recognitions_(recognitions),
      locks_(locks),
      identifier_(host),
      index_(recognitions),
      deadline_us_(deadline_us),
      buffer_(Listing::make_buffer()) {}

bool Finder::is_late() {
  was_late_ = was_late_ || monotonic_now_us() > deadline_us_;
  return was_late_;
}

std::optional<Error> Finder::look_at(View& view, const Node& directory) {
  if (!directory.identity.is_directory() || !seen_.insert(directory.identity.id()).second) return std::nullopt;
  const Result<Fd> fd = open_directory(directory);
  if (!fd) return is_absence(fd.error()) ? std::nullopt : std::optional(fd.error());
  MarkerHits hits;
  Listing listing(fd->get(), buffer_);
  Listing::Entry entry;
  for (std::size_t count = 0; listing.next(entry); ++count) {
    if (count == max_listed_entries) {
      index_.assume_plain(hits);
      break;
    }
    index_.see(entry.name, hits);
  }
  if (listing.error() != 0) return os_error(listing.error(), directory.path);

  std::map<std::size_t, std::vector<Proof>> proofs;  // by recognition
  for (const std::size_t set : index_.complete(hits)) {
    std::vector<Proof> of_set;
    for (const std::size_t marker : index_.sets()[set].markers) {
      std::optional<Proof> proof = prove(view, directory, index_.marker(marker), 0, hits.names[marker], "");
      if (!proof) break;
      of_set.push_back(std::move(*proof));
    }
    if (of_set.size() < index_.sets()[set].markers.size()) continue;
    std::ranges::move(of_set, std::back_inserter(proofs[index_.sets()[set].recognition]));
  }
  for (const auto& [recognition, list] : proofs) add_fact(view, directory, recognition, list);
  return std::nullopt;
}

std::optional<Finder::Proof> Finder::prove(View& view, const Node& directory, const Marker& marker, std::size_t part,
                                           const std::vector<std::string>& names, const std::string& prefix) {
  const bool is_last = part + 1 == marker.parts.size();
  for (const std::string& name : names) {
    Result<Node> node = step(view, directory, name);
    if (!node) {
      if (hides_something(node.error())) return Proof{prefix + name, std::nullopt};
      continue;
    }
    const Identity& identity = node->identity;
    if (is_last) {
      // A FIFO, a device or a symbolic link under that name is no data, whoever put it there.
      const bool fits = marker.magic.empty() ? identity.is_directory() || (identity.is_regular() && !marker.directory)
                                             : identity.is_regular() && may_begin_with(*node, marker.magic);
      if (fits) return Proof{prefix + name, std::move(node).value()};
      continue;
    }
    if (!identity.is_directory()) continue;
    const std::string& next = marker.parts[part + 1];
    const std::vector<std::string> below = is_glob(next) ? matching_names(*node, next) : std::vector{next};
    if (std::optional<Proof> proof = prove(view, *node, marker, part + 1, below, prefix + name + "/")) return proof;
  }
  return std::nullopt;
}

std::vector<std::string> Finder::matching_names(const Node& directory, const std::string& part) {
  constexpr std::size_t enough = 16;
  std::vector<std::string> names;
  const Result<Fd> fd = open_directory(directory);
  if (!fd) return names;
  Listing listing(fd->get(), buffer_);
  Listing::Entry entry;
  for (std::size_t count = 0; count < max_listed_entries && names.size() < enough && listing.next(entry); ++count) {
    if (glob_match(part, entry.name)) names.emplace_back(entry.name);
  }
  return names;
}

void Finder::add_fact(View& view, const Node& directory, std::size_t recognition, const std::vector<Proof>& proofs) {
  DataDirectoryFact fact;
  fact.service = recognitions_[recognition].service;
  fact.path = view.to_namespace(directory.path);
  fact.mnt_ns = view.mnt_ns();
  fact.mount_id = directory.identity.mount_id;
  fact.st_dev = directory.identity.device;
  fact.inode = directory.identity.inode;
  const MountFact* mount = view.mounts().by_id(fact.mount_id);
  fact.device = mount != nullptr ? Known<DeviceNumber>(mount->device) : Unknown{"its mount is not in mountinfo"};
  std::size_t lock_checks = 0;
  for (const Proof& proof : proofs) {
    if (std::ranges::find(fact.markers, proof.name) != fact.markers.end()) continue;
    fact.markers.push_back(proof.name);
    if (!proof.node) continue;
    identifier_.add_anchor(fact, proof.name, *proof.node);
    fact.newest_mtime_s = std::max(fact.newest_mtime_s, proof.node->identity.mtime_s);
    if (!proof.node->identity.is_regular() || ++lock_checks > max_lock_checks) continue;
    const MountFact* on = view.mounts().by_id(proof.node->identity.mount_id);
    for (const std::int32_t pid : locks_.of(*proof.node, on != nullptr ? on->device : DeviceNumber{})) {
      fact.uses.push_back({pid, "lock", view.to_namespace(proof.node->path)});
    }
  }
  identifier_.identify(fact, view, directory, recognitions_[recognition].identity_files);
  facts_.push_back(std::move(fact));
}

void Finder::add_use(const DirectoryUse& use, const std::vector<FileId>& ancestors) {
  for (const FileId& id : ancestors) {
    std::vector<DirectoryUse>& uses = uses_[id];
    const auto same = [&](const DirectoryUse& u) { return u.pid == use.pid && u.how == use.how; };
    if (uses.size() < max_uses && std::ranges::count_if(uses, same) < max_uses_alike) uses.push_back(use);
  }
}

std::vector<DataDirectoryFact> Finder::take() {
  for (DataDirectoryFact& fact : facts_) {
    const auto found = uses_.find(FileId{fact.st_dev, fact.inode});
    if (found == uses_.end()) continue;
    for (const DirectoryUse& use : found->second) {
      const auto same = [&](const DirectoryUse& u) {
        return u.pid == use.pid && u.how == use.how && u.file == use.file;
      };
      if (fact.uses.size() < max_uses && std::ranges::none_of(fact.uses, same)) fact.uses.push_back(use);
    }
  }
  return std::move(facts_);
}

}  // namespace guardd
