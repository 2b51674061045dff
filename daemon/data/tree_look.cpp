// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/tree_look.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "daemon/data/listing.hpp"
#include "daemon/data/open_beneath.hpp"
#include "daemon/data/safe_walk.hpp"
#include "os/join.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

constexpr std::size_t max_waiting = 1'000'000;  // directories that are known and not yet looked into
constexpr std::size_t max_found = 8;

}  // namespace

TreeLook::TreeLook(View& view, Finder& finder, const std::map<FileId, std::string>& wanted)
    : view_(view), finder_(finder), wanted_(wanted), buffer_(Listing::make_buffer()) {}

bool TreeLook::fail(std::string why) {
  why_ = std::move(why);
  return false;
}

void TreeLook::see(FileId id, const std::string& path) {
  const auto found = wanted_.find(id);
  if (found != wanted_.end() && found_.size() < max_found) found_.push_back(path + ": " + found->second);
}

bool TreeLook::run(const Node& top) {
  see(top.identity.id(), top.path);
  if (!top.identity.is_directory()) return true;
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    if (finder_.is_late()) return fail("it is too large to be looked through in time");
    const std::string path = std::move(waiting.back());
    waiting.pop_back();
    if (!look_into(top, path, waiting)) return false;
    if (waiting.size() > max_waiting) return fail("it has too many directories");
  }
  return true;
}

bool TreeLook::look_into(const Node& top, const std::string& path, std::vector<std::string>& waiting) {
  const std::string shown = path.empty() ? top.path : joined(top.path, path);
  const Fd fd = open_beneath(top.fd.get(), path);
  // Gone, or another filesystem by now: that is no part of the tree. A name too long for the kernel is one.
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == EXDEV || errno == ELOOP)) return true;
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return fail(os_error(errno, shown).message);

  MarkerHits hits;
  Listing listing(fd.get(), buffer_);
  Listing::Entry entry;
  std::size_t count = 0;
  while (listing.next(entry)) {
    if (++count % max_listed_entries == 0 && finder_.is_late())
      return fail("it is too large to be looked through in time");
    finder_.markers().see(entry.name, hits);
    if (!wanted_.empty()) see({status.st_dev, entry.inode}, joined(shown, entry.name));
    if (entry.type == DT_DIR || entry.type == DT_UNKNOWN) waiting.push_back(joined(path, entry.name));
  }
  if (listing.error() != 0 && listing.error() != ENOENT) return fail(os_error(listing.error(), shown).message);
  if (finder_.markers().complete(hits).empty()) return true;
  const Result<Node> node = walk(view_, shown);
  const std::optional<Error> error = node ? finder_.look_at(view_, *node) : std::optional(node.error());
  if (error && !is_absence(*error)) return fail(error->message);
  return true;
}

}  // namespace guardd
