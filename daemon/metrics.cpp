// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics.hpp"

#include <utility>

#include "daemon/exposition.hpp"
#include "daemon/host_metrics.hpp"
#include "daemon/last_look.hpp"
#include "daemon/self_usage.hpp"

namespace guardd {
namespace {

template <typename Value>
std::string counter(std::string_view name, std::string_view help, Value value) {
  return Metric(name, "counter", help).sample({}, value).text();
}

template <typename Value>
std::string gauge(std::string_view name, std::string_view help, Value value) {
  return Metric(name, "gauge", help).sample({}, value).text();
}

std::string news_of(const KernelEvents& events) {
  const NewsCount news = events.count();
  Metric up("guardd_event_source_up", "gauge", "Whether the kernel tells of changes of this kind.");
  for (const EventSourceReport& source : events.reports()) {
    up.sample({{"source", source.name}}, source.problem.empty() ? 1 : 0);
  }
  return counter("guardd_programs_heard_total", "Programs and names of processes that the kernel told of.",
                 news.programs) +
         counter("guardd_changes_heard_total",
                 "Changes of mounts, swap, devices and ends of processes that the kernel told of, and losses.",
                 news.changes) +
         counter("guardd_losses_heard_total", "Times that messages of the kernel were lost.", news.losses) + up.text();
}

std::string checks_of(const CheckCount& count) {
  Metric metric("guardd_checks_total", "counter", "Checks that were answered.");
  for (const Outcome outcome : {Outcome::allow, Outcome::unknown, Outcome::refuse}) {
    metric.sample({{"verdict", to_string(outcome)}}, count.of(outcome));
  }
  return metric.text();
}

std::string usage_of(const SelfUsage& usage) {
  return counter("guardd_cpu_seconds_total", "CPU time of guardd and its workers.", usage.cpu_s) +
         gauge("guardd_resident_bytes", "Resident memory of guardd and its fork server.", usage.resident_bytes) +
         gauge("guardd_address_space_bytes", "Address space of guardd.", usage.address_space_bytes) +
         gauge("guardd_address_space_limit_bytes", "How much guardd and each process of its may have.",
               usage.address_space_limit_bytes) +
         gauge("guardd_open_descriptors", "Open descriptors of guardd.", usage.descriptors) +
         gauge("guardd_open_descriptors_limit", "How many guardd may have open.", usage.descriptors_limit) +
         counter("guardd_wakeups_total", "Voluntary context switches of guardd's threads.", usage.wake_ups);
}

}  // namespace

Reply Metrics::show() const {
  const LookCount looks = looker_.count();
  std::string text = Metric("guardd_build_info", "gauge", "1, and which guardd this is.")
                         .sample({{"version", identity_.version}, {"instance", identity_.instance}}, 1)
                         .text() +
                     counter("guardd_looks_total", "Looks at the whole host that have begun.", looks.looks) +
                     counter("guardd_glances_total", "Looks at single processes that have begun.", looks.glances) +
                     gauge("guardd_last_look_seconds", "How long the last look took.",
                           static_cast<double>(looker_.last_took_ms()) / 1000) +
                     checks_of(checker_.count()) + news_of(events_);
  if (const Result<SelfUsage> usage = read_self_usage(workers_.fork_server()); usage) text += usage_of(*usage);
  if (const std::optional<Looked> looked = looker_.last()) {
    text += host_metrics(as_of_its_begin(*looked, keeper_.current()), identity_);
  }
  text += sealer_.metrics();
  Reply reply{200, std::move(text), {}};
  reply.content_type = "text/plain; version=0.0.4";
  return reply;
}

}  // namespace guardd
