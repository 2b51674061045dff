// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/audit_table.hpp"

#include <algorithm>

#include "core/strict_json.hpp"
#include "daemon/ledger/chain.hpp"

namespace guardd::ledger {
namespace {

constexpr JsonLimits audit_limits{.bytes = std::size_t{1024} * 1024, .depth = 16, .values = 16'384};

Result<AuditHead> head_of(Database& database, std::string_view query, AuditHead otherwise) {
  Result<Statement> row = database.prepare(query);
  if (!row) return row.error();
  const Result<bool> found = row->step();
  if (!found) return found.error();
  return *found ? AuditHead{row->number(0), row->text(1)} : std::move(otherwise);
}

}  // namespace

Result<AuditHead> read_base(Database& database) {
  return head_of(database,
                 "SELECT CAST(seq.value AS INTEGER), hash.value FROM meta AS seq, meta AS hash"
                 " WHERE seq.name = 'base_seq' AND hash.name = 'base_hash'",
                 AuditHead{0, std::string(chain_start)});
}

Result<AuditHead> read_head(Database& database) {
  Result<AuditHead> base = read_base(database);
  if (!base) return base;
  return head_of(database, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", std::move(*base));
}

Result<AuditHead> append_record(Database& database, const AuditHead& head, const AuditRecord& record) {
  AuditHead next{head.seq + 1, {}};
  const std::string text = to_text(audit_json(record, next.seq));
  next.hash = chain_hash(head.hash, text);
  Result<Statement> insert = database.prepare("INSERT INTO audit (seq, record, hash) VALUES (?, ?, ?)");
  if (!insert) return insert.error();
  if (auto done = insert->bind(1, next.seq).bind(2, text).bind(3, next.hash).step(); !done) return done.error();
  return next;
}

Result<std::int64_t> rotate(Database& database, const AuditHead& head, std::int64_t most) {
  const Result<AuditHead> base = read_base(database);
  if (!base) return base.error();
  if (head.seq - base->seq <= most) return std::int64_t{0};
  const std::int64_t last_to_go = base->seq + std::max<std::int64_t>(most / 4, 1);
  Result<Statement> keep = database.prepare(
      "INSERT OR REPLACE INTO meta SELECT 'base_seq', CAST(seq AS TEXT) FROM audit WHERE seq = ?1"
      " UNION SELECT 'base_hash', hash FROM audit WHERE seq = ?1");
  if (!keep) return keep.error();
  if (auto kept = keep->bind(1, last_to_go).step(); !kept) return kept.error();
  Result<Statement> drop = database.prepare("DELETE FROM audit WHERE seq <= ?");
  if (!drop) return drop.error();
  if (auto dropped = drop->bind(1, last_to_go).step(); !dropped) return dropped.error();
  return last_to_go - base->seq;
}

Result<nlohmann::json> read_records(Database& database, const AuditQuery& query) {
  std::string sql =
      "SELECT record, hash FROM audit WHERE seq > ?1 AND time_s >= ?2 AND (?3 = '' OR operation = ?3)"
      " AND (?4 = '' OR verdict = ?4) ORDER BY seq ";
  sql += query.after ? "ASC LIMIT ?5" : "DESC LIMIT ?5";
  Result<Statement> rows = database.prepare(sql);
  if (!rows) return rows.error();
  rows->bind(1, query.after.value_or(0)).bind(2, query.since_s).bind(3, query.operation).bind(4, query.verdict);
  rows->bind(5, query.limit);
  nlohmann::json records = nlohmann::json::array();
  while (true) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    Result<nlohmann::json> record = parse_json(rows->text(0), audit_limits);
    if (!record || !record->is_object()) return ledger_failed("a record is no JSON object: see audit verify");
    (*record)["hash"] = rows->text(1);
    records.push_back(std::move(*record));
  }
  if (!query.after) std::ranges::reverse(records.get_ref<nlohmann::json::array_t&>());
  return records;
}

Result<ChainCheck> check_chain(Database& database, const AuditHead& from, std::int64_t limit) {
  ChainCheck check{.last = from, .ended = false, .problem = {}};
  if (from.hash.empty()) {
    Result<AuditHead> base = read_base(database);
    if (!base) return base.error();
    check.last = std::move(*base);
  }
  Result<Statement> rows = database.prepare("SELECT seq, record, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?");
  if (!rows) return rows.error();
  rows->bind(1, check.last.seq).bind(2, limit);
  for (std::int64_t seen = 0;; ++seen) {
    const Result<bool> row = rows->step();
    if (!row) return row.error();
    if (!*row) {
      check.ended = seen < limit;
      return check;
    }
    const std::int64_t seq = rows->number(0);
    if (seq != check.last.seq + 1) {
      check.problem = "record " + std::to_string(check.last.seq + 1) + " is missing: after " +
                      std::to_string(check.last.seq) + " comes " + std::to_string(seq);
      return check;
    }
    const std::string text = rows->text(1);
    if (chain_hash(check.last.hash, text) != rows->text(2)) {
      check.problem = "record " + std::to_string(seq) + " was changed, moved, or follows another record than it did";
      return check;
    }
    check.last = {seq, rows->text(2)};
  }
}

}  // namespace guardd::ledger
