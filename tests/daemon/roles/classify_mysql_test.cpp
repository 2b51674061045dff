// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "daemon/roles/classify_mysql.hpp"
#include "vertical.hpp"

using Catch::Contains;
using guardd::classify_mysql;
using guardd::MysqlAnswers;
using guardd::MysqlTable;
using guardd::Role;
using guardd::RoleFact;
using roles_test::dump_threads;
using roles_test::names_and_values;
using roles_test::vertical;
using roles_test::with;
using roles_test::without_rows;

namespace {

// The example of https://dev.mysql.com/doc/refman/9.4/en/show-replica-status.html; the same columns in 8.4.
const MysqlTable replica_status = vertical(R"(
*************************** 1. row ***************************
             Replica_IO_State: Waiting for source to send event
                  Source_Host: 127.0.0.1
                  Source_User: root
                  Source_Port: 13000
                Connect_Retry: 1
              Source_Log_File: master-bin.000001
          Read_Source_Log_Pos: 927
               Relay_Log_File: slave-relay-bin.000002
                Relay_Log_Pos: 1145
        Relay_Source_Log_File: master-bin.000001
           Replica_IO_Running: Yes
          Replica_SQL_Running: Yes
              Replicate_Do_DB:
                   Last_Errno: 0
                   Last_Error:
                 Skip_Counter: 0
          Exec_Source_Log_Pos: 927
        Seconds_Behind_Source: 0
                Last_IO_Errno: 0
                Last_IO_Error:
               Last_SQL_Errno: 0
               Last_SQL_Error:
             Source_Server_Id: 1
                  Source_UUID: 73f86016-978b-11ee-ade5-8d2a2a562feb
                    SQL_Delay: 0
    Replica_SQL_Running_State: Replica has read all relay log; waiting for more updates
                 Channel_Name:
)");

// The columns that https://dev.mysql.com/doc/refman/8.0/en/show-slave-status.html names, up to 8.0.21.
const MysqlTable slave_status = vertical(R"(
*************************** 1. row ***************************
               Slave_IO_State: Connecting to master
                  Master_Host: db1.example
                  Master_User: repl
                  Master_Port: 3306
             Slave_IO_Running: Connecting
            Slave_SQL_Running: Yes
        Seconds_Behind_Master: 0
                Last_IO_Errno: 0
                Last_IO_Error:
               Last_SQL_Errno: 0
               Last_SQL_Error:
                 Channel_Name: reporting
)");

MysqlAnswers mysql(const MysqlTable& replication) {
  MysqlAnswers answers;
  answers.variables = names_and_values({{"performance_schema", "ON"},
                                        {"read_only", "OFF"},
                                        {"server_id", "2"},
                                        {"server_uuid", "6ab6b9a5-0d4b-11ef-8b5b-0242ac110002"},
                                        {"version", "8.4.3"}});
  answers.status = names_and_values({});
  answers.replication = replication;
  answers.dump_threads = dump_threads("0");
  answers.group_members = MysqlTable{{"MEMBER_STATE"}, {}};
  return answers;
}

MysqlAnswers in_group(const std::string& state) {
  MysqlAnswers answers = mysql(without_rows(replica_status));
  answers.group_members = MysqlTable{{"MEMBER_STATE"}, {{state}}};
  return answers;
}

}  // namespace

TEST_CASE("MySQL: server_uuid identifies it") {
  const RoleFact fact = classify_mysql(mysql(without_rows(replica_status)));
  CHECK(fact.role == Role::standalone);
  CHECK(fact.identity == "6ab6b9a5-0d4b-11ef-8b5b-0242ac110002");
  CHECK(fact.version == "8.4.3");
}

TEST_CASE("MySQL 8.4 and 9: the columns Replica_* and Source_*") {
  const RoleFact fact = classify_mysql(mysql(replica_status));
  CHECK(fact.role == Role::replica);
  CHECK(fact.source == "127.0.0.1:13000");
  CHECK(fact.replication == "running");
  CHECK(classify_mysql(mysql(with(replica_status, "Replica_SQL_Running", "No"))).replication == "stopped");
  CHECK_THAT(classify_mysql(mysql(with(replica_status, "Last_SQL_Errno", "1062"))).replication,
             Catch::StartsWith("error 1062: "));
}

TEST_CASE("MySQL 8.0: the columns Slave_* and Master_*, and no belief in zero seconds behind") {
  const RoleFact fact = classify_mysql(mysql(slave_status));
  CHECK(fact.role == Role::replica);
  CHECK(fact.source == "db1.example:3306");
  CHECK(fact.replication == "connecting");
}

TEST_CASE("MySQL: dump threads make a primary or a relay") {
  MysqlAnswers answers = mysql(without_rows(slave_status));
  answers.dump_threads = dump_threads("3");
  CHECK(classify_mysql(answers).role == Role::primary);
  CHECK(classify_mysql(answers).replicas.value() == 3);
  answers.replication = replica_status;
  CHECK(classify_mysql(answers).role == Role::relay);
}

TEST_CASE("MySQL: an IPv6 source") {
  CHECK(classify_mysql(mysql(with(replica_status, "Source_Host", "fe80::1"))).source == "[fe80::1]:13000");
}

TEST_CASE("MySQL: members of a group, in whatever state but OFFLINE") {
  for (const char* state : {"ONLINE", "RECOVERING", "ERROR", "UNREACHABLE", "something new"}) {
    CHECK(classify_mysql(in_group(state)).role == Role::group_member);
  }
  CHECK(classify_mysql(in_group("OFFLINE")).role == Role::standalone);
}

TEST_CASE("MySQL: without performance_schema the group's members can't be seen") {
  MysqlAnswers answers = mysql(without_rows(replica_status));
  answers.variables = names_and_values({{"performance_schema", "OFF"}, {"version", "8.4.3"}});
  CHECK(classify_mysql(answers).role == Role::standalone);
  answers.variables = names_and_values({{"performance_schema", "OFF"}, {"group_replication_group_name", "aaaa"}});
  CHECK(classify_mysql(answers).role == Role::unknown);
  CHECK_THAT(classify_mysql(answers).why_unknown, Contains("performance_schema"));
}
