// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/kernel_events/kernel_events.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/forked_workers.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// GET /metrics, in Prometheus' text format 0.0.4: what guardd looks at, is told and costs. It says nothing of what is
/// on the host, and causes no look.
class Metrics {
 public:
  Metrics(const Looker& looker, const KernelEvents& events, const ForkedWorkers& workers)
      : looker_(looker), events_(events), workers_(workers) {}

  [[nodiscard]] Reply show() const;

 private:
  const Looker& looker_;
  const KernelEvents& events_;
  const ForkedWorkers& workers_;
};

}  // namespace guardd
