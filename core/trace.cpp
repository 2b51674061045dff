// SPDX-License-Identifier: Apache-2.0
#include "core/trace.hpp"

#include <algorithm>

namespace guardd {
namespace {

template <typename T>
void add(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

void add_filesystem(Trace& trace, const StorageGraph& graph, DeviceNumber device) {
  const StorageGraph::Ancestry ancestry = graph.ancestors(device);
  trace.traceable = trace.traceable && ancestry.traceable;
  for (const DeviceNumber ancestor : ancestry.devices) {
    if (graph.find(ancestor) != nullptr) add(trace.devices, ancestor);
  }
}

}  // namespace

Trace trace_place(const StorageGraph& graph, const MountIndex& mounts, std::uint64_t mnt_ns, std::uint64_t host_mnt_ns,
                  std::string_view path, const Known<DeviceNumber>& device) {
  Trace trace;
  if (!device.known()) {
    trace.traceable = false;
    return trace;
  }
  const MountFact* const mount = mounts.of_device(device.value());
  if (mount != nullptr && mount->fstype != "overlay") {
    add_filesystem(trace, graph, device.value());
  }
  for (const FsLocation& location : locate(mounts, mnt_ns, host_mnt_ns, path)) {
    // The path may have been mounted over since: what it names now counts only where the device agrees.
    const bool same = location.device == device.value() || (mount != nullptr && mount->fstype == "overlay");
    if (!same) continue;
    add(trace.locations, location);
    add_filesystem(trace, graph, location.device);
  }
  const bool found_nothing = mount == nullptr || (mount->fstype == "overlay" && trace.locations.empty());
  if (found_nothing) {
    add_filesystem(trace, graph, device.value());
    trace.traceable = trace.traceable && !trace.devices.empty();
  }
  return trace;
}

void unite(Trace& trace, const Trace& more) {
  trace.traceable = trace.traceable && more.traceable;
  for (const DeviceNumber device : more.devices) add(trace.devices, device);
  for (const FsLocation& location : more.locations) add(trace.locations, location);
}

}  // namespace guardd
