// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/snapshot.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/ledger/keeper.hpp"

namespace guardd {

/// What each look has to do with the ones before: it looks for what they found, and what it finds is remembered; a
/// release that it shows to be over ends.
class Historian {
 public:
  Historian(boost::asio::any_io_executor executor, ledger::Keeper& keeper)
      : executor_(std::move(executor)), keeper_(keeper) {}

  [[nodiscard]] std::vector<RememberedDataset> recall() const;
  void learn(const Snapshot& snapshot);

  /// The next looks also tell how far these datasets have come: somebody wants to release them.
  void watch(std::set<std::string> datasets) { watched_ = std::move(datasets); }

 private:
  void end_release(const Release& release, const std::string& why, std::int64_t wall_s);

  boost::asio::any_io_executor executor_;
  ledger::Keeper& keeper_;
  std::set<std::string> watched_;
  std::set<std::string> ending_;  ///< releases that are being ended
};

}  // namespace guardd
