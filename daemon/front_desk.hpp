// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/checker.hpp"
#include "daemon/decisions.hpp"
#include "daemon/metrics.hpp"
#include "daemon/overrides.hpp"
#include "daemon/permits/permits.hpp"
#include "daemon/releases.hpp"
#include "daemon/sealer.hpp"
#include "daemon/server/rate_limit.hpp"
#include "daemon/server/service.hpp"

namespace guardd {

/// What the server serves: sends each call to whom it concerns, and tells ordinary users off who ask too often (429).
class FrontDesk final : public Service {
 public:
  FrontDesk(Checker& checker, Decisions& decisions, Releases& releases, Overrides& overrides, Permits& permits,
            Sealer& sealer, const Metrics& metrics)
      : checker_(checker),
        decisions_(decisions),
        releases_(releases),
        overrides_(overrides),
        permits_(permits),
        sealer_(sealer),
        metrics_(metrics) {}

  boost::asio::awaitable<Reply> answer(Call call, Caller caller) override;

 private:
  Checker& checker_;
  Decisions& decisions_;
  Releases& releases_;
  Overrides& overrides_;
  Permits& permits_;
  Sealer& sealer_;
  const Metrics& metrics_;
  RateLimit limit_{{}};
};

}  // namespace guardd
