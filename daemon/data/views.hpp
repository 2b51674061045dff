// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/data/view.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// The views of a look: PID 1's, that of each other mount namespace, and those of processes in a root of their own.
class Views {
 public:
  Views(const std::vector<NamespaceSample>& samples, const HostRoot& host, std::vector<std::string>& problems);

  /// PID 1's; guardd's own where PID 1's can't be had (then there is a problem too); null when neither can.
  [[nodiscard]] View* host() const { return host_view_; }
  [[nodiscard]] bool is_host(const View& view) const { return &view == host_view_; }
  /// All views of namespaces, the host's first.
  [[nodiscard]] const std::vector<View*>& namespaces() const { return namespaces_; }

  [[nodiscard]] View* of_namespace(std::uint64_t mnt_ns) const;
  /// Null when the process has ended.
  View* of_process(std::int32_t pid, std::uint64_t mnt_ns);

 private:
  [[nodiscard]] View* with_root_of(std::int32_t pid) const;
  View* add(Result<std::unique_ptr<View>> opened, std::int32_t pid);

  const HostRoot& host_;
  std::vector<std::string>& problems_;
  std::vector<std::unique_ptr<View>> views_;
  std::vector<View*> namespaces_;
  std::map<std::pair<std::int64_t, std::uint64_t>, View*> by_root_;  ///< mount id and inode of the root directory
  std::map<std::int32_t, View*> by_pid_;
  View* host_view_ = nullptr;
};

}  // namespace guardd
