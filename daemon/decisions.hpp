// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

#include "daemon/ledger/keeper.hpp"
#include "daemon/ledger/reader.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/route.hpp"

namespace guardd {

/// What there is to say when the ledger did not take a change: 404 for what is not there, 409 for what there is no room
/// for or was decided before, 503 where it could not be stored.
Reply refused(const Error& error);
/// A record of that kind about this caller, now.
AuditRecord record_of(std::string kind, const Caller& caller);

/// What people decide, and the trail of it: holds and audit. Its callers are root and the operators' group; the server
/// lets nobody else through.
class Decisions {
 public:
  Decisions(ledger::Keeper& keeper, ledger::Reader& reader) : keeper_(keeper), reader_(reader) {}

  [[nodiscard]] Reply list_holds() const;
  boost::asio::awaitable<Reply> add_hold(Hold hold, Caller caller);
  boost::asio::awaitable<Reply> remove_hold(std::string id, Caller caller);
  boost::asio::awaitable<Reply> list_audit(AuditQuery query);
  boost::asio::awaitable<Reply> verify_audit(AuditHead from);
  boost::asio::awaitable<Reply> adopt(std::string reason, Caller caller);

 private:
  ledger::Keeper& keeper_;
  ledger::Reader& reader_;
};

}  // namespace guardd
