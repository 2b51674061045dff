// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/views.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "daemon/data/node.hpp"
#include "daemon/inspect/report.hpp"
#include "daemon/storage/namespace_id.hpp"

namespace guardd {
namespace {

// Each takes a descriptor and a mount table; a worker's limit on descriptors is mostly 1024.
constexpr std::size_t max_views = 700;

bool process_ended(const Error& error) {
  return error.code == "enoent" || error.code == "esrch" || error.code == "einval";
}

}  // namespace

Views::Views(const std::vector<NamespaceSample>& samples, const HostRoot& host, std::vector<std::string>& problems)
    : host_(host), problems_(problems) {
  std::uint64_t host_ns = 0;
  if (const Result<std::uint64_t> ns = read_mount_namespace(1, host)) host_ns = *ns;
  Result<std::unique_ptr<View>> opened = View::open(1, host_ns, host);
  if (!opened) {
    add_problem(problems_, "PID 1's files can't be looked at: " + opened.error().message);
    const std::int32_t self = ::getpid();
    const Result<std::uint64_t> ns = read_mount_namespace(self, host);
    opened = View::open(self, ns ? *ns : 0, host);
  }
  host_view_ = add(std::move(opened), 1);
  if (host_view_ != nullptr) namespaces_.push_back(host_view_);
  for (const NamespaceSample& sample : samples) {
    if (sample.pid == 1 || of_namespace(sample.inode) != nullptr) continue;
    View* view = of_process(sample.pid, sample.inode);
    if (view != nullptr && std::ranges::find(namespaces_, view) == namespaces_.end()) namespaces_.push_back(view);
  }
}

View* Views::of_namespace(std::uint64_t mnt_ns) const {
  const auto found = std::ranges::find(namespaces_, mnt_ns, [](const View* view) { return view->mnt_ns(); });
  return found == namespaces_.end() ? nullptr : *found;
}

View* Views::of_process(std::int32_t pid, std::uint64_t mnt_ns) {
  const auto known = by_pid_.find(pid);
  if (known != by_pid_.end()) return known->second;
  if (View* same = with_root_of(pid)) return by_pid_[pid] = same;
  if (views_.size() >= max_views) {
    add_problem(problems_, "more than 700 root directories in use on this host");
    return nullptr;
  }
  return by_pid_[pid] = add(View::open(pid, mnt_ns, host_), pid);
}

/// Most processes share their root; it is not worth reading the mounts of each.
View* Views::with_root_of(std::int32_t pid) const {
  const Fd root(::open((host_.proc + "/" + std::to_string(pid) + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return nullptr;
  const Result<Identity> identity = identify(root.get());
  if (!identity) return nullptr;
  const auto found = by_root_.find({identity->mount_id, identity->inode});
  return found == by_root_.end() ? nullptr : found->second;
}

View* Views::add(Result<std::unique_ptr<View>> opened, std::int32_t pid) {
  if (!opened) {
    if (!process_ended(opened.error())) {
      add_problem(problems_,
                  "files of process " + std::to_string(pid) + " can't be looked at: " + opened.error().message);
    }
    return nullptr;
  }
  std::unique_ptr<View> view = std::move(opened).value();
  const auto [place, is_new] = by_root_.emplace(std::pair(view->root_mount(), view->root_inode()), view.get());
  if (is_new) views_.push_back(std::move(view));
  return place->second;
}

}  // namespace guardd
