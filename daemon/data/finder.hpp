// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "core/recognition.hpp"
#include "daemon/data/identify_data.hpp"
#include "daemon/data/lock_holders.hpp"
#include "daemon/data/markers.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/data/view.hpp"

namespace guardd {

/// A longer directory is not listed to its end; plain marker names are looked up in it instead.
inline constexpr std::size_t max_listed_entries = 20'000;

/// Looks at directories, each once, and collects those that carry markers.
class Finder {
 public:
  Finder(const std::vector<Recognition>& recognitions, const LockHolders& locks, const HostRoot& host,
         std::int64_t deadline_us);

  /// Makes facts of the directory when it carries the markers of some service. An error is one of listing it.
  std::optional<Error> look_at(View& view, const Node& directory);

  /// Who is in a place: counts for each found directory that is one of the place's ancestors or itself.
  void add_use(const DirectoryUse& use, const std::vector<FileId>& ancestors);

  /// True once the inspector's time is over.
  [[nodiscard]] bool is_late();
  [[nodiscard]] bool was_late() const { return was_late_; }

  [[nodiscard]] const MarkerIndex& markers() const { return index_; }
  /// The facts, with the uses put to them.
  std::vector<DataDirectoryFact> take();

 private:
  struct Proof {
    std::string name;
    std::optional<Node> node;  ///< none when the entry is there but can't be looked at
  };

  std::optional<Proof> prove(View& view, const Node& directory, const Marker& marker, std::size_t part,
                             const std::vector<std::string>& names, const std::string& prefix);
  std::vector<std::string> matching_names(const Node& directory, const std::string& part);
  void add_fact(View& view, const Node& directory, std::size_t recognition, const std::vector<Proof>& proofs);

  const std::vector<Recognition>& recognitions_;
  const LockHolders& locks_;
  DataIdentifier identifier_;
  MarkerIndex index_;
  std::int64_t deadline_us_;
  bool was_late_ = false;
  std::vector<char> buffer_;
  std::set<FileId> seen_;
  std::vector<DataDirectoryFact> facts_;
  std::map<FileId, std::vector<DirectoryUse>> uses_;
};

}  // namespace guardd
