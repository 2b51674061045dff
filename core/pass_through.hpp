// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"

namespace guardd {

/// A character device that reaches a disk's media past its block device, and past the mode of the open: an NVMe
/// controller or generic node, sg, bsg.
struct PassThroughNode {
  std::string name;  ///< below /dev: "sg1", "bsg/0:0:0:0"
  DeviceNumber device;
};

/// Those of one whole disk. Apart from the facts about it, since no verdict needs them, and a look is paid by every
/// question.
struct DiskNodes {
  DeviceNumber disk;
  std::vector<PassThroughNode> nodes;
};

}  // namespace guardd
