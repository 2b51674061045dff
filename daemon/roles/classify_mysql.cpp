// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/classify_mysql.hpp"

#include <algorithm>
#include <array>

namespace guardd {
namespace {

// Far above what real servers have there; the text comes from the server.
constexpr std::size_t max_name = 128;
constexpr std::size_t max_text = 512;

std::string bounded(std::string text, std::size_t limit) {
  if (text.size() > limit) text.resize(limit);
  return text;
}

std::string variable(const MysqlAnswers& answers, std::string_view name) {
  if (!answers.variables.known()) return {};
  return answers.variables.value().variable(name).value_or("");
}

std::string identity(const MysqlAnswers& answers) {
  const std::string uuid = variable(answers, "server_uuid");  // MySQL alone has it
  return bounded(uuid.empty() ? variable(answers, "server_id") : uuid, max_name);
}

/// MariaDB 12 made read_only an enumeration: NO_LOCK and NO_LOCK_NO_ADMIN are kinds of ON.
Known<bool> read_only(const MysqlAnswers& answers) {
  if (!answers.variables.known()) return Unknown{answers.variables.why()};
  const std::string value = variable(answers, "read_only");
  if (value == "OFF" || value == "0") return false;
  if (value == "ON" || value == "1" || value.starts_with("NO_LOCK")) return true;
  return Unknown{"the server names no read_only"};
}

/// Threads that send the binary log away. Slaves_connected (MariaDB) counts the replicas that registered, without any
/// privilege; a `mariadb-binlog --stop-never` shows in the process list alone. Threads of replicas that are gone linger
/// until the server has written twice more: they count, for they only add a refusal.
Known<std::uint32_t> replicas(const MysqlAnswers& answers) {
  std::uint32_t registered = 0;
  if (answers.status.known()) {
    registered = parse_count(answers.status.value().variable("Slaves_connected").value_or("0")).value_or(0);
  }
  if (!answers.dump_threads.known()) {
    if (registered > 0) return registered;
    return Unknown{answers.dump_threads.why()};
  }
  const MysqlTable& table = answers.dump_threads.value();
  std::optional<std::uint32_t> dumping;
  if (table.rows.size() == 1 && table.rows[0].size() == 2) dumping = parse_count(table.rows[0][1].value_or(""));
  if (!dumping) return Unknown{"the server's count of binlog dump threads is not understood"};
  return std::max(registered, *dumping);
}

Known<bool> group_member(const MysqlAnswers& answers) {
  if (!answers.variables.known()) return Unknown{answers.variables.why()};
  if (variable(answers, "wsrep_on") == "ON" || variable(answers, "wsrep_on") == "1") return true;
  if (answers.status.known()) {
    const auto size = parse_count(answers.status.value().variable("wsrep_cluster_size").value_or("0"));
    if (size.value_or(0) > 0) return true;
  }
  if (!answers.group_members.known()) return Unknown{answers.group_members.why()};
  const MysqlTable& members = answers.group_members.value();
  for (const MysqlTable::Row& row : members.rows) {
    // OFFLINE: the plugin is loaded and takes part in nothing.
    if (members.cell(row, {"MEMBER_STATE"}).value_or("") != "OFFLINE") return true;
  }
  // The table lives in the performance schema and is empty without it.
  if (members.rows.empty() && variable(answers, "performance_schema") == "OFF" &&
      !variable(answers, "group_replication_group_name").empty()) {
    return Unknown{"group replication is configured, and performance_schema, which shows its members, is off"};
  }
  return false;
}

std::string source(const MysqlTable& table) {
  std::string sources;
  for (const MysqlTable::Row& row : table.rows) {
    std::string host = table.cell(row, {"Master_Host", "Source_Host"}).value_or("");
    if (host.find(':') != std::string::npos) host.insert(0, "[").append("]");
    if (!sources.empty()) sources += ", ";
    sources += host;
    sources += ":";
    sources += table.cell(row, {"Master_Port", "Source_Port"}).value_or("?");
  }
  return bounded(sources, max_text);
}

/// In order of how much is wrong.
enum class Progress { running, connecting, unclear, stopped, error };
struct Replication {
  Progress progress = Progress::running;
  std::string text;
};

Replication replication(const MysqlTable& table, const MysqlTable::Row& row) {
  // The applier's error first: it stays after the source has come back.
  const std::array errors{
      std::pair{table.cell(row, {"Last_SQL_Errno"}), table.cell(row, {"Last_SQL_Error"})},
      std::pair{table.cell(row, {"Last_IO_Errno"}), table.cell(row, {"Last_IO_Error"})},
  };
  for (const auto& [number, text] : errors) {
    if (number && *number != "0") return {Progress::error, "error " + *number + ": " + text.value_or("")};
  }
  const std::string io = table.cell(row, {"Slave_IO_Running", "Replica_IO_Running"}).value_or("");
  const std::string sql = table.cell(row, {"Slave_SQL_Running", "Replica_SQL_Running"}).value_or("");
  if (io == "No" || sql == "No") return {Progress::stopped, "stopped"};
  if (io == "Yes" && sql == "Yes") return {Progress::running, "running"};
  if ((io == "Connecting" || io == "Preparing") && sql == "Yes") return {Progress::connecting, "connecting"};
  return {Progress::unclear, "unclear"};
}

std::string replication(const MysqlTable& table) {
  Replication worst;
  for (const MysqlTable::Row& row : table.rows) {
    Replication one = replication(table, row);
    if (worst.text.empty() || one.progress > worst.progress) worst = std::move(one);
  }
  return bounded(worst.text, max_text);
}

/// By the positions and not by the lag alone, which is 0 too where nothing was ever received. MariaDB's columns and
/// MySQL's.
bool is_caught_up(const MysqlTable& table, const MysqlTable::Row& row) {
  const auto same = [](const std::optional<std::string>& one, const std::optional<std::string>& other) {
    return one && other && !one->empty() && *one == *other;
  };
  return same(table.cell(row, {"Master_Log_File", "Source_Log_File"}),
              table.cell(row, {"Relay_Master_Log_File", "Relay_Source_Log_File"})) &&
         same(table.cell(row, {"Read_Master_Log_Pos", "Read_Source_Log_Pos"}),
              table.cell(row, {"Exec_Master_Log_Pos", "Exec_Source_Log_Pos"})) &&
         table.cell(row, {"Seconds_Behind_Master", "Seconds_Behind_Source"}) == "0" &&
         table.cell(row, {"SQL_Delay"}) == "0";
}

/// An empty answer counts as "replicates from nobody" only where it is an answer to that question.
Known<bool> replicates(const MysqlAnswers& answers) {
  if (!answers.replication.known()) return Unknown{answers.replication.why()};
  const MysqlTable& table = answers.replication.value();
  if (!table.rows.empty()) return true;
  if (table.has_column("Slave_IO_Running") || table.has_column("Replica_IO_Running")) return false;
  return Unknown{"the server's replica status is not understood"};
}

void decide_role(RoleFact& fact, const MysqlAnswers& answers) {
  const Known<bool> replica = replicates(answers);
  const Known<bool> member = group_member(answers);
  if (member.known() && member.value()) {
    fact.role = Role::group_member;
  } else if (!answers.variables.known()) {
    fact.why_unknown = "its variables can't be read: " + answers.variables.why();
  } else if (!replica.known()) {
    fact.why_unknown = "whether it replicates can't be told: " + replica.why();
  } else if (!fact.replicas.known()) {
    fact.why_unknown = "its replicas can't be counted: " + fact.replicas.why();
  } else if (!member.known()) {
    fact.why_unknown = "whether it is in a group can't be told: " + member.why();
  } else if (replica.value()) {
    fact.role = fact.replicas.value() > 0 ? Role::relay : Role::replica;
  } else {
    fact.role = fact.replicas.value() > 0 ? Role::primary : Role::standalone;
  }
  fact.why_unknown = bounded(fact.why_unknown, max_text);
}

}  // namespace

RoleFact classify_mysql(const MysqlAnswers& answers) {
  RoleFact fact;
  fact.version = bounded(variable(answers, "version"), max_name);
  fact.identity = identity(answers);
  fact.read_only = read_only(answers);
  fact.replicas = replicas(answers);
  if (answers.replication.known() && !answers.replication.value().rows.empty()) {
    fact.source = source(answers.replication.value());
    fact.replication = replication(answers.replication.value());
    const MysqlTable& table = answers.replication.value();
    fact.caught_up = std::ranges::all_of(table.rows, [&](const auto& row) { return is_caught_up(table, row); });
  } else if (answers.replication.known() && !variable(answers, "gtid_slave_pos").empty()) {
    // MariaDB keeps it through RESET SLAVE ALL: a promoted replica, or one that was cut off.
    fact.replication =
        bounded("no source now; was a replica up to GTID " + variable(answers, "gtid_slave_pos"), max_text);
  }
  decide_role(fact, answers);
  return fact;
}

}  // namespace guardd
