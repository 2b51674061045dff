// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "daemon/answers.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/policy_store.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// Notices when GET /v1/status would tell something else than before, but for times and counts of looks: for whoever
/// would ask again and again otherwise.
class StatusNews {
 public:
  struct Listeners {
    std::function<bool()> any;                        ///< whether it is worth looking
    std::function<void(const nlohmann::json&)> tell;  ///< {"verdicts": [{"operation", "verdict"}...]}
  };
  StatusNews(const Looker& looker, const PolicyStore& policies, const ledger::Keeper& keeper, Identity identity,
             Listeners listeners)
      : looker_(looker),
        policies_(policies),
        keeper_(keeper),
        identity_(std::move(identity)),
        listeners_(std::move(listeners)) {}

  /// After a look, a decision or a reload of the policy. Makes no look itself.
  void look();

 private:
  const Looker& looker_;
  const PolicyStore& policies_;
  const ledger::Keeper& keeper_;
  Identity identity_;
  Listeners listeners_;
  nlohmann::json told_;
};

}  // namespace guardd
