// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/wire_override.hpp"
#include "daemon/approval/approval.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/override_rules.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// The break-glass, from the request to its approval. Its callers are root and the operators' group; the server lets
/// nobody else through. Whom an override admits is for the decision (core/decide/overrides.cpp).
class Overrides {
 public:
  /// `boot_id` is this boot's; where it is empty there are no overrides.
  Overrides(ledger::Keeper& keeper, WorkerRunner& workers, OverrideRules rules, std::string boot_id)
      : keeper_(keeper), workers_(workers), rules_(std::move(rules)), boot_id_(std::move(boot_id)) {}

  [[nodiscard]] Reply list() const;
  boost::asio::awaitable<Reply> request(Override wanted, Caller caller);
  boost::asio::awaitable<Reply> apply(std::string id, Proof proof, Caller caller);

 private:
  [[nodiscard]] BootMoment now() const;
  [[nodiscard]] std::string why_impossible(const ApprovalOutput& signers) const;
  [[nodiscard]] Result<std::vector<Approval>> judge(const Override& override_, const Proof& proof,
                                                    const ApprovalOutput& found, const std::string& by) const;
  boost::asio::awaitable<Result<ApprovalOutput>> look_at_signers(std::string challenge,
                                                                 std::vector<std::string> signatures);

  ledger::Keeper& keeper_;
  WorkerRunner& workers_;
  OverrideRules rules_;
  std::string boot_id_;
};

}  // namespace guardd
