// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/wire_release.hpp"
#include "daemon/historian.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// What operators say may be destroyed. Its callers are root and the operators' group; the server lets nobody else
/// through.
class Releases {
 public:
  Releases(Looker& looker, Historian& historian, ledger::Keeper& keeper, std::int64_t quiet_s)
      : looker_(looker), historian_(historian), keeper_(keeper), quiet_s_(quiet_s) {}

  [[nodiscard]] Reply list() const;
  /// All that the request names, or none of it; judged on a look of its own.
  boost::asio::awaitable<Reply> add(ReleaseRequest request, Caller caller);
  boost::asio::awaitable<Reply> revoke(std::string id, Caller caller);

 private:
  [[nodiscard]] std::vector<DatasetMemory> named_by(const ReleaseRequest& request, const Snapshot& snapshot) const;

  Looker& looker_;
  Historian& historian_;
  ledger::Keeper& keeper_;
  std::int64_t quiet_s_;
};

}  // namespace guardd
