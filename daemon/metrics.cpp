// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics.hpp"

#include <spdlog/fmt/fmt.h>

#include <string>
#include <string_view>

#include "daemon/self_usage.hpp"

namespace guardd {
namespace {

/// A metric of one value, https://prometheus.io/docs/instrumenting/exposition_formats/.
template <typename Value>
std::string metric(std::string_view name, std::string_view type, std::string_view help, Value value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

std::string sources(const KernelEvents& events) {
  std::string text =
      "# HELP guardd_event_source_up Whether the kernel tells of changes of this kind.\n"
      "# TYPE guardd_event_source_up gauge\n";
  for (const EventSourceReport& source : events.reports())
    text += fmt::format("guardd_event_source_up{{source=\"{}\"}} {}\n", source.name, source.problem.empty() ? 1 : 0);
  return text;
}

std::string usage_of(const SelfUsage& usage) {
  return metric("guardd_cpu_seconds_total", "counter", "CPU time of guardd and its workers.", usage.cpu_s) +
         metric("guardd_resident_bytes", "gauge", "Resident memory of guardd and its fork server.",
                usage.resident_bytes) +
         metric("guardd_open_descriptors", "gauge", "Open descriptors of guardd.", usage.descriptors) +
         metric("guardd_open_descriptors_limit", "gauge", "How many guardd may have open.", usage.descriptors_limit) +
         metric("guardd_address_space_bytes", "gauge", "Address space of guardd.", usage.address_space_bytes) +
         metric("guardd_address_space_limit_bytes", "gauge", "How much guardd and each process of its may have.",
                usage.address_space_limit_bytes) +
         metric("guardd_wakeups_total", "counter", "Voluntary context switches of guardd's threads.", usage.wake_ups);
}

}  // namespace

Reply Metrics::show() const {
  const LookCount looks = looker_.count();
  const NewsCount news = events_.count();
  std::string text =
      metric("guardd_looks_total", "counter", "Looks at the whole host that have begun.", looks.looks) +
      metric("guardd_glances_total", "counter", "Looks at single processes that have begun.", looks.glances) +
      metric("guardd_last_look_seconds", "gauge", "How long the last look took.",
             static_cast<double>(looker_.last_took_ms()) / 1000) +
      metric("guardd_programs_heard_total", "counter", "Programs and names of processes that the kernel told of.",
             news.programs) +
      metric("guardd_changes_heard_total", "counter",
             "Changes of mounts, swap, devices and ends of processes that the kernel told of, and losses.",
             news.changes) +
      metric("guardd_losses_heard_total", "counter", "Times that messages of the kernel were lost.", news.losses) +
      sources(events_);
  if (const Result<SelfUsage> usage = read_self_usage(workers_.fork_server()); usage) text += usage_of(*usage);
  Reply reply{200, std::move(text), {}};
  reply.content_type = "text/plain; version=0.0.4";
  return reply;
}

}  // namespace guardd
