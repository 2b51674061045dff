// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/snapshot.hpp"
#include "daemon/worker/look.hpp"
#include "daemon/worker/looker.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// What only a wipe asks, put to its own copy of a look: whether somebody claims its devices, and what lies beneath its
/// paths. What could not be asked stays unknown: it weighs as claimed, or as not looked through.
boost::asio::awaitable<std::shared_ptr<const Snapshot>> ask_about_targets(WorkerRunner& workers,
                                                                          std::shared_ptr<const Snapshot> snapshot,
                                                                          std::shared_ptr<const Policy> policy,
                                                                          CheckRequest request, Deadlines deadlines);

/// A look that begins now, for whoever is about to act on what it sees; of a wipe, with what only that asks.
boost::asio::awaitable<Looked> look_afresh(Looker& looker, WorkerRunner& workers, CheckRequest request);

}  // namespace guardd
