// SPDX-License-Identifier: Apache-2.0
#include "daemon/inspect/name_matcher.hpp"

#include <algorithm>

#include "core/glob.hpp"

namespace guardd::walk {
namespace {

std::size_t byte(char c) { return static_cast<unsigned char>(c); }

void append(std::vector<std::size_t>& to, const std::vector<std::size_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

NameMatcher::NameMatcher(const std::vector<Recognition>& recognitions) {
  for (std::size_t service = 0; service < recognitions.size(); ++service) {
    for (const std::string& glob : recognitions[service].data_files) {
      const std::size_t wildcard = glob.find_first_of("*?");
      if (wildcard == std::string::npos) {
        exact_[glob].push_back(service);
      } else if (glob.size() > 1 && glob[0] == '*' && glob.find_first_of("*?", 1) == std::string::npos) {
        suffixes_[glob.substr(1)].push_back(service);
        suffix_lengths_.push_back(glob.size() - 1);
        suffix_ends_[byte(glob.back())] = true;
      } else {
        patterns_.push_back({glob, glob.substr(0, wildcard), service});
      }
    }
  }
  std::sort(suffix_lengths_.begin(), suffix_lengths_.end());
  suffix_lengths_.erase(std::unique(suffix_lengths_.begin(), suffix_lengths_.end()), suffix_lengths_.end());
}

void NameMatcher::match(std::string_view name, std::vector<std::size_t>& services) const {
  services.clear();
  if (name.empty()) return;
  if (const auto found = exact_.find(name); found != exact_.end()) append(services, found->second);
  if (suffix_ends_[byte(name.back())]) {
    for (const std::size_t length : suffix_lengths_) {
      if (length > name.size()) break;
      const auto found = suffixes_.find(name.substr(name.size() - length));
      if (found != suffixes_.end()) append(services, found->second);
    }
  }
  for (const Pattern& pattern : patterns_) {
    if (name.starts_with(pattern.prefix) && glob_match(pattern.glob, name)) services.push_back(pattern.service);
  }
  if (services.size() > 1) {
    std::sort(services.begin(), services.end());
    services.erase(std::unique(services.begin(), services.end()), services.end());
  }
}

}  // namespace guardd::walk
