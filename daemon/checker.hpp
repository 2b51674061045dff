// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ledger.hpp"
#include "daemon/answers.hpp"
#include "daemon/policy_store.hpp"
#include "daemon/server/service.hpp"
#include "daemon/worker/looker.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// Answers the server's calls out of looks, the policy and the ledger.
class Checker final : public Service {
 public:
  Checker(Looker& looker, WorkerRunner& workers, const PolicyStore& policies, Identity identity)
      : looker_(looker), workers_(workers), policies_(policies), identity_(std::move(identity)) {}

  boost::asio::awaitable<Reply> answer(Call call, Caller caller) override;

 private:
  boost::asio::awaitable<Reply> answer_check(CheckRequest request, Caller caller);
  boost::asio::awaitable<Reply> answer_status(Caller caller);
  boost::asio::awaitable<Looked> look_for(CheckRequest request, Caller caller);
  boost::asio::awaitable<Looked> with_claims(Looked looked, CheckRequest request);
  boost::asio::awaitable<Looked> with_target_looks(Looked looked, CheckRequest request);
  [[nodiscard]] std::int64_t reuse_ms(const Caller& caller) const;

  Looker& looker_;
  WorkerRunner& workers_;
  const PolicyStore& policies_;
  Identity identity_;
  Ledger ledger_;
};

}  // namespace guardd
