// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/permit.hpp"
#include "core/result.hpp"
#include "gate/mirrors.hpp"
#include "gate/places.hpp"
#include "gate/start_intents.hpp"

namespace guardd {

/// The gate's files, on a thread of their own: they take a lock, and some wait for the disk.
class GateThread {
 public:
  explicit GateThread(gate::Places places) : places_(std::move(places)) {}

  /// Closes the gate for a permit that is being asked for, and says which starts it had let through before: one lock
  /// stands between both.
  boost::asio::awaitable<Result<gate::StartIntents>> announce(Permit requested);
  /// As gate::mirror.
  boost::asio::awaitable<Result<bool>> mirror(Permit permit);
  boost::asio::awaitable<Result<bool>> drop_starts(std::vector<std::string> files);
  /// The mirrors that are there, whoever's.
  boost::asio::awaitable<Result<gate::Mirrors>> mirrors();

  /// Services that were kept from starting; they are forgotten with this, since somebody starts them now.
  boost::asio::awaitable<Result<std::vector<std::string>>> take_waiting();
  /// Services that wait for their gate after all.
  boost::asio::awaitable<Result<bool>> note_waiting(std::vector<std::string> services);

 private:
  template <typename Work>
  auto run(Work work);

  gate::Places places_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace guardd
