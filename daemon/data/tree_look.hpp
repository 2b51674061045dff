// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/data/finder.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/view.hpp"

namespace guardd {

/// Looks through a whole tree, depth first, for directories with markers and for certain files. What is mounted beneath
/// is another filesystem and is left out. Not by a budget of directories, as the search of the host: what somebody is
/// about to destroy is looked at to its end, or is not known.
class TreeLook {
 public:
  /// `wanted` are files to be found, and what each of them is to people.
  TreeLook(View& view, Finder& finder, const std::map<FileId, std::string>& wanted);

  /// Looks at the node and all that lies beneath. False when some of it could not be seen: why() says what.
  bool run(const Node& top);

  [[nodiscard]] const std::string& why() const { return why_; }
  /// The wanted files that lie there, "PATH: what it is".
  [[nodiscard]] const std::vector<std::string>& found() const { return found_; }

 private:
  bool look_into(const Node& top, const std::string& path, std::vector<std::string>& waiting);
  void see(FileId id, const std::string& path);
  bool fail(std::string why);

  View& view_;
  Finder& finder_;
  const std::map<FileId, std::string>& wanted_;
  std::vector<char> buffer_;
  std::vector<std::string> found_;
  std::string why_;
};

}  // namespace guardd
