// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "daemon/data/finder.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/data/tree_look.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/backing.hpp"
#include "daemon/storage/swaps.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

/// The files that the kernel itself has in use and no process has open: what loop devices and swap stand on.
class FilesOfKernel {
 public:
  FilesOfKernel(const TargetsInput& input, View& host, const HostRoot& root) {
    for (const BlockDeviceFact& loop : input.loops) {
      if (const auto file = read_backing_file(loop, root)) {
        files_[{file->st_dev, file->inode}] = "/dev/" + loop.name + " stands on it";
      } else {
        why_ = "the file under /dev/" + loop.name + " is not known";
      }
    }
    const Result<std::vector<SwapEntry>> swaps = read_swaps(root.proc);
    if (!swaps) {
      why_ = "what is swapped on is not known: " + swaps.error().message;
      return;
    }
    for (const SwapEntry& swap : *swaps) {
      if (!swap.is_file) continue;
      const Result<Node> node = walk(host, swap.path);
      if (node && !swap.deleted) {
        files_[node->identity.id()] = "swap is on it";
      } else {
        why_ = "where the swap file " + swap.path + " lies is not known";
      }
    }
  }

  [[nodiscard]] const std::map<FileId, std::string>& files() const { return files_; }
  /// Why some are not known; empty when all are.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  std::map<FileId, std::string> files_;
  std::string why_;
};

/// Every directory from the root down to the target: data around it is lost with a part of it.
void look_around(View& host, Finder& finder, const Node& target) {
  for (std::size_t slash = target.path.find('/', 1); slash != std::string::npos;
       slash = target.path.find('/', slash + 1)) {
    if (const Result<Node> above = walk(host, target.path.substr(0, slash))) (void)finder.look_at(host, *above);
  }
}

/// Why it is not what the caller means by that path; empty when it is.
std::string difference(const TargetPath& asked, const Node& seen) {
  if (seen.path != asked.path) return "it leads through a symbolic link: name what it leads to";
  const bool other_inode = asked.inode != 0 && asked.inode != seen.identity.inode;
  if (other_inode || (asked.mount_id >= 0 && asked.mount_id != seen.identity.mount_id)) {
    return "the caller sees another file or directory there than the host";
  }
  return seen.identity.is_directory() || seen.identity.is_regular() ? "" : "it is no file and no directory";
}

TargetLookFact look_at(const TargetPath& target, View& host, Finder& finder, const FilesOfKernel& kernel) {
  TargetLookFact fact;
  fact.path = target.path;
  const Result<Node> node = walk(host, target.path);
  if (!node) {
    fact.whole = Unknown{node.error().message};
    return fact;
  }
  if (std::string why = difference(target, *node); !why.empty()) {
    fact.whole = Unknown{std::move(why)};
    return fact;
  }
  fact.regular_file = node->identity.is_regular();
  look_around(host, finder, *node);
  TreeLook tree(host, finder, kernel.files());
  fact.whole = tree.run(*node) ? Known<bool>(true) : Unknown{tree.why()};
  fact.in_use = tree.found();
  if (fact.whole.known() && !kernel.why().empty()) fact.whole = Unknown{kernel.why()};
  return fact;
}

}  // namespace

TargetsOutput inspect_targets(const TargetsInput& input, const HostRoot& root) {
  const std::int64_t began = monotonic_now_us();
  std::vector<std::string> problems;
  TargetsOutput output;
  const LockHolders locks(root, problems);
  Views views({{.inode = 0, .pid = 1}}, root, problems);
  Finder finder(input.recognitions, locks, root, began + input.deadline_ms * 1000);
  if (View* const host = views.host()) {
    const FilesOfKernel kernel(input, *host, root);
    for (const TargetPath& target : input.targets) output.looks.push_back(look_at(target, *host, finder, kernel));
  }
  output.directories = finder.take();
  output.reports.push_back(make_report("targets", std::move(problems), began));
  return output;
}

}  // namespace guardd
