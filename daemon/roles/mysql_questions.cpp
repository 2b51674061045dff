// SPDX-License-Identifier: Apache-2.0
#include "daemon/roles/mysql_questions.hpp"

#include <initializer_list>

namespace guardd {
namespace {

// Server error numbers: mysqld_error.h, the same in MySQL and MariaDB.
constexpr std::string_view syntax_error = "1064";
constexpr std::string_view unknown_table = "1109";
constexpr std::string_view no_such_table = "1146";

// A variable that a server does not have is simply absent; SELECT @@x would be error 1193.
constexpr std::string_view show_variables =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'server_id', 'server_uuid', 'read_only', "
    "'gtid_slave_pos', 'wsrep_on', 'performance_schema', 'group_replication_group_name')";
constexpr std::string_view show_status =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Slaves_connected', 'wsrep_cluster_size')";

// All named connections of a MariaDB with several sources.
constexpr std::string_view show_all_slaves_status = "SHOW ALL SLAVES STATUS";
constexpr std::string_view show_replica_status = "SHOW REPLICA STATUS";
constexpr std::string_view show_slave_status = "SHOW SLAVE STATUS";

// Without PROCESS the process list silently shows no thread but one's own, and nobody would seem attached. INNODB_CMP
// needs the same privilege, and denies with error 1227.
constexpr std::string_view count_dump_threads =
    "SELECT (SELECT COUNT(*) FROM information_schema.INNODB_CMP), (SELECT COUNT(*) FROM information_schema.PROCESSLIST "
    "WHERE COMMAND LIKE 'Binlog Dump%')";

constexpr std::string_view select_group_members =
    "SELECT MEMBER_STATE FROM performance_schema.replication_group_members";

Known<MysqlTable> known(Result<MysqlTable> answer) {
  if (!answer) return Unknown{answer.error().message};
  return std::move(answer).value();
}

/// gtid_slave_pos is MariaDB's alone, and unlike the version can't be set to look like something else.
bool is_mariadb(const Known<MysqlTable>& variables) {
  if (!variables.known()) return false;
  return variables.value().variable("gtid_slave_pos").has_value() ||
         variables.value().variable("version").value_or("").find("MariaDB") != std::string::npos;
}

/// The answer to the first statement whose words the server knows.
Result<MysqlTable> ask_in_turn(const AskMysql& ask, std::initializer_list<std::string_view> statements) {
  Result<MysqlTable> answer = Error{"none", "not asked"};
  for (const std::string_view statement : statements) {
    answer = ask(statement);
    if (answer || answer.error().code != syntax_error) break;
  }
  return answer;
}

Known<MysqlTable> ask_group_members(const AskMysql& ask) {
  Result<MysqlTable> members = ask(select_group_members);
  const bool no_such_thing =
      !members && (members.error().code == no_such_table || members.error().code == unknown_table);  // before 5.7
  if (no_such_thing) return MysqlTable{};
  return known(std::move(members));
}

}  // namespace

MysqlAnswers ask_mysql(const AskMysql& ask) {
  MysqlAnswers answers;
  answers.variables = known(ask(show_variables));
  answers.status = known(ask(show_status));
  const bool mariadb = is_mariadb(answers.variables);
  answers.replication = known(mariadb ? ask_in_turn(ask, {show_all_slaves_status, show_slave_status})
                                      : ask_in_turn(ask, {show_replica_status, show_slave_status}));
  answers.dump_threads = known(ask(count_dump_threads));
  answers.group_members = mariadb ? Known<MysqlTable>(MysqlTable{}) : ask_group_members(ask);
  return answers;
}

}  // namespace guardd
