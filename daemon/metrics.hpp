// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/checker.hpp"
#include "daemon/kernel_events/kernel_events.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/sealer.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/forked_workers.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// GET /metrics, in Prometheus' text format 0.0.4: what guardd looks at, is told and costs, and what the last look says
/// of the host (daemon/host_metrics.hpp). It causes no look.
class Metrics {
 public:
  Metrics(const Looker& looker, const KernelEvents& events, const ForkedWorkers& workers, const Checker& checker,
          const ledger::Keeper& keeper, const Sealer& sealer, Identity identity)
      : looker_(looker),
        events_(events),
        workers_(workers),
        checker_(checker),
        keeper_(keeper),
        sealer_(sealer),
        identity_(std::move(identity)) {}

  [[nodiscard]] Reply show() const;

 private:
  const Looker& looker_;
  const KernelEvents& events_;
  const ForkedWorkers& workers_;
  const Checker& checker_;
  const ledger::Keeper& keeper_;
  const Sealer& sealer_;
  Identity identity_;
};

}  // namespace guardd
