// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/data/node.hpp"
#include "daemon/data/view.hpp"
#include "daemon/inspect/inspectors.hpp"

namespace guardd {

/// Tells a data directory from every other that is, was or will be: a copy, a restore, a clone, a fresh initialisation.
class DataIdentifier {
 public:
  explicit DataIdentifier(const HostRoot& host) : host_(host) {}

  /// The directory's own identity, its filesystem's and the service's; and its identity files, as anchors.
  void identify(DataDirectoryFact& fact, View& view, const Node& directory,
                const std::vector<std::string>& identity_files);
  /// One more entry that proves that the data exists. Beyond max_anchors: nothing.
  static void add_anchor(DataDirectoryFact& fact, const std::string& name, const Node& node);

 private:
  const std::string& uuid_of(const Node& directory, const Known<DeviceNumber>& device);

  const HostRoot& host_;
  std::map<DeviceNumber, std::string> uuids_;
};

inline constexpr std::size_t max_anchors = 16;

}  // namespace guardd
