// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/facts.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/fd.hpp"

namespace guardd {

/// A filesystem that is mounted somewhere, open so that its files can be reached by their handles.
struct MountedFilesystem {
  DeviceNumber device;
  std::string fstype;
  std::string uuid;
  Fd root;          ///< a directory of it; none where no mount of it can be entered
  std::string why;  ///< then: why not
};

/// All that keep data on this host, in whatever namespace they are mounted.
std::vector<MountedFilesystem> mounted_filesystems(const Views& views, const HostRoot& host);

}  // namespace guardd
