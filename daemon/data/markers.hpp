// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/recognition.hpp"

namespace guardd {

/// One marker entry: "ibdata1", "mysql/", "global/pg_control", "*-relay-bin.*", "*.rdb=REDIS".
struct Marker {
  std::vector<std::string> parts;  ///< of the path below the directory; each may be a glob
  bool directory = false;          ///< it must be a directory; otherwise a regular file will do as well
  std::string magic;               ///< what its content must begin with; empty: anything
};

/// The entry names of a directory that some marker begins with.
struct MarkerHits {
  std::map<std::size_t, std::vector<std::string>> names;  ///< by marker
};

/// The markers of all services, ready to be tried on every name of a filesystem. Knows names only: what they are,
/// Finder looks.
class MarkerIndex {
 public:
  explicit MarkerIndex(const std::vector<Recognition>& recognitions);

  struct Set {
    std::size_t recognition = 0;
    std::vector<std::size_t> markers;
  };

  [[nodiscard]] const Marker& marker(std::size_t index) const { return markers_[index]; }
  [[nodiscard]] const std::vector<Set>& sets() const { return sets_; }

  /// Notes a name that some marker begins with.
  void see(std::string_view name, MarkerHits& hits) const;
  /// Notes every marker that begins with a plain name: for a directory too long to be listed, where each is then looked
  /// up.
  void assume_plain(MarkerHits& hits) const;
  /// The sets whose every marker has a hit.
  [[nodiscard]] std::vector<std::size_t> complete(const MarkerHits& hits) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Plain = std::unordered_map<std::string, std::vector<std::size_t>, Hash, std::equal_to<>>;

  std::size_t add(const std::string& entry);

  std::vector<Marker> markers_;
  std::vector<Set> sets_;
  std::map<std::string, std::size_t> known_;
  /// A glob that begins with a wildcard, and the plain text that it ends with: most names fail on that alone.
  struct Wild {
    std::string ending;
    std::size_t marker = 0;
  };

  Plain plain_;  ///< by the first part, where it is no glob
  std::array<bool, 256> begins_plain_{};
  std::array<std::vector<std::size_t>, 256> globs_;  ///< by its first byte, where that is no wildcard
  std::vector<Wild> wild_;
};

bool is_glob(std::string_view pattern);

}  // namespace guardd
