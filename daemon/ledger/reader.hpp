// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "core/audit.hpp"
#include "core/result.hpp"
#include "daemon/ledger/audit_table.hpp"

namespace guardd::ledger {

/// Reads the audit trail on a thread of its own, so that a long look back holds up neither the loop nor the writer.
class Reader {
 public:
  explicit Reader(const std::string& state_directory);

  /// As read_records.
  boost::asio::awaitable<Result<nlohmann::json>> records(AuditQuery query);
  /// As check_chain, a bounded part at a time.
  boost::asio::awaitable<Result<ChainCheck>> check(AuditHead from);

 private:
  std::string path_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace guardd::ledger
