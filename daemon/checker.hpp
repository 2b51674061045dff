// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "daemon/answers.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/patrol.hpp"
#include "daemon/policy_store.hpp"
#include "daemon/recent_answers.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/rate_limit.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/looker.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// How many checks have been answered.
struct CheckCount {
  std::array<std::uint64_t, 3> by_outcome{};  ///< in the order of Outcome

  [[nodiscard]] std::uint64_t of(Outcome outcome) const { return by_outcome.at(static_cast<std::size_t>(outcome)); }
};

/// Answers questions out of looks, the policy and the ledger, and keeps a record of each answer.
class Checker {
 public:
  Checker(Looker& looker, Patrol& patrol, WorkerRunner& workers, const PolicyStore& policies, ledger::Keeper& keeper,
          Identity identity)
      : looker_(looker),
        patrol_(patrol),
        workers_(workers),
        policies_(policies),
        keeper_(keeper),
        identity_(std::move(identity)) {}

  boost::asio::awaitable<Reply> answer_check(CheckRequest request, Caller caller);
  boost::asio::awaitable<Reply> answer_status(Caller caller);
  [[nodiscard]] Reply answer_policy() const;
  /// What the status says of the seal, to root and the operators.
  void show_seal(std::function<nlohmann::json()> seal) { seal_ = std::move(seal); }
  [[nodiscard]] CheckCount count() const { return count_; }

 private:
  boost::asio::awaitable<Verdict> decide_and_record(Looked looked, CheckRequest request, Caller caller,
                                                    std::int64_t asked);
  boost::asio::awaitable<Looked> look_for(CheckRequest request, Caller caller);
  [[nodiscard]] bool depends_on_who_asks() const;
  [[nodiscard]] Grounds grounds(const Looked& looked) const;
  [[nodiscard]] const RecentAnswers::Answer* recent_refusal(const Looked& looked, const CheckRequest& request,
                                                            const Caller& caller) const;
  [[nodiscard]] Ledger ledger_for(const Caller& caller) const;
  [[nodiscard]] std::int64_t reuse_ms(const Caller& caller) const;

  Looker& looker_;
  Patrol& patrol_;
  WorkerRunner& workers_;
  const PolicyStore& policies_;
  ledger::Keeper& keeper_;
  Identity identity_;
  RecentAnswers recent_;
  CheckCount count_;
  std::function<nlohmann::json()> seal_;
  /// `guardctl status --watch` must not crowd out what was decided: a record for each user every ten minutes.
  RateLimit status_records_{{.burst = 1, .refill_ms = 600'000}};
};

}  // namespace guardd
