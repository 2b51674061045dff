// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/data/finder.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Looks where data is expected: services' default directories and what their configuration names, in every mount
/// namespace; and where processes are at work.
///
/// A look-up that fails is a problem for a default place, a configuration or a known path in the host's own namespace.
/// Elsewhere it is none: what a container or a user arranges must not keep the host from an answer.
class Places {
 public:
  Places(const DataInput& input, const HostRoot& host, Views& views, Finder& finder,
         std::vector<std::string>& problems);

  void look();

 private:
  void look_at_defaults(View& view);
  void look_at_volumes(View& host);
  void look_at_config(View& view, const std::string& file, const std::vector<std::string>& keys);
  void look_at_processes();
  void look_at_open_files();
  void look_at_busy_directories();

  /// The directory at a path of the view and, with `climb`, some of its ancestors. The ancestors of the place; empty
  /// when there is none.
  const std::vector<FileId>& look_at_path(View& view, const std::string& path, bool expected, bool climb);
  void look_at_cwd(View& own, const ProcessFact& process);
  void look_at_node(View& view, const Node& node, bool expected);
  std::vector<std::string> expand(View& view, const std::string& pattern, bool expected);
  void expand_into(View& view, const std::string& base, std::string_view rest, bool expected,
                   std::vector<std::string>& paths);
  void complain(const View& view, bool expected, const Error& error);

  const DataInput& input_;
  const HostRoot& host_;
  Views& views_;
  Finder& finder_;
  std::vector<std::string>& problems_;
  std::map<std::pair<const View*, std::string>, std::vector<FileId>> known_;
  std::vector<char> buffer_;
};

}  // namespace guardd
