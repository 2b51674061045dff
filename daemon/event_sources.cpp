// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_sources.hpp"

#include "daemon/kernel_events/device_events.hpp"
#include "daemon/kernel_events/polled_file.hpp"
#include "daemon/kernel_events/proc_connector.hpp"
#include "daemon/kernel_events/process_ends.hpp"
#include "daemon/kernel_events/unused_source.hpp"

namespace guardd {
namespace {

std::unique_ptr<EventSource> open_source(std::string_view name) {
  if (name == "processes") return std::make_unique<ProcConnector>();
  if (name == "ends") return std::make_unique<ProcessEnds>();
  // The host's mounts are PID 1's.
  if (name == "mounts") return std::make_unique<PolledFile>("mounts", "/proc/1/mountinfo");
  if (name == "swap") return std::make_unique<PolledFile>("swap", "/proc/swaps");
  return std::make_unique<DeviceEvents>();
}

}  // namespace

std::vector<std::unique_ptr<EventSource>> open_event_sources(const std::set<std::string, std::less<>>& unused) {
  std::vector<std::unique_ptr<EventSource>> sources;
  for (const std::string_view name : event_source_names) {
    if (unused.contains(name)) {
      sources.push_back(std::make_unique<UnusedSource>(std::string(name)));
    } else {
      sources.push_back(open_source(name));
    }
  }
  return sources;
}

}  // namespace guardd
