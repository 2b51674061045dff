// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/recognition.hpp"

namespace guardd::walk {

/// Hashes a string_view as the string it is looked up among, so that a look-up copies nothing.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// Which services' data files a name may be one of. Asked for every descriptor of the host, nearly always in vain:
/// exact names are found by their hash, "*.ibd" by that of the name's end, and only other patterns are tried one by
/// one.
class NameMatcher {
 public:
  explicit NameMatcher(const std::vector<Recognition>& recognitions);

  /// Indices into `recognitions`, ascending, each once; into a caller's buffer, which is cleared first.
  void match(std::string_view name, std::vector<std::size_t>& services) const;

 private:
  struct Pattern {
    std::string glob;
    std::string prefix;  ///< what comes before its first wildcard
    std::size_t service;
  };
  TextMap<std::vector<std::size_t>> exact_;
  TextMap<std::vector<std::size_t>> suffixes_;
  std::vector<std::size_t> suffix_lengths_;
  /// Whether any suffix ends with this byte: most names are done with after one look.
  std::array<bool, 256> suffix_ends_{};
  std::vector<Pattern> patterns_;
};

}  // namespace guardd::walk
