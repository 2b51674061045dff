// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/identify_data.hpp"

#include <algorithm>

#include "daemon/data/file_handle.hpp"
#include "daemon/data/own_identity.hpp"
#include "daemon/data/safe_walk.hpp"
#include "daemon/storage/filesystem_uuid.hpp"

namespace guardd {

void DataIdentifier::add_anchor(DataDirectoryFact& fact, const std::string& name, const Node& node) {
  const bool known = std::ranges::find(fact.anchors, name, &Anchor::name) != fact.anchors.end();
  if (known || fact.anchors.size() == max_anchors) return;
  fact.anchors.push_back({name, file_handle(node.fd.get(), node.identity.inode), node.identity.birth_ns});
}

void DataIdentifier::identify(DataDirectoryFact& fact, View& view, const Node& directory,
                              const std::vector<std::string>& identity_files) {
  fact.handle = file_handle(directory.fd.get(), directory.identity.inode);
  fact.birth_ns = directory.identity.birth_ns;
  fact.fs_uuid = uuid_of(directory, fact.device);
  fact.own_id = own_identity(view, directory);
  for (const std::string& name : identity_files) {
    const Result<Node> node = step(view, directory, name);
    if (!node || !node->identity.is_regular()) continue;
    add_anchor(fact, name, *node);
    if (!fact.made_with.empty()) fact.made_with += ' ';
    fact.made_with +=
        name + "=" + file_handle(node->fd.get(), node->identity.inode) + "@" + std::to_string(node->identity.birth_ns);
  }
}

const std::string& DataIdentifier::uuid_of(const Node& directory, const Known<DeviceNumber>& device) {
  static const std::string none;
  if (!device.known()) return none;
  const auto [place, is_new] = uuids_.emplace(device.value(), std::string());
  if (is_new) {
    if (const Result<Fd> fd = open_directory(directory)) {
      place->second = filesystem_uuid(fd->get(), device.value(), host_);
    }
  }
  return place->second;
}

}  // namespace guardd
