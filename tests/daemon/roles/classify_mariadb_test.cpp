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
using guardd::Unknown;
using roles_test::dump_threads;
using roles_test::names_and_values;
using roles_test::vertical;
using roles_test::with;
using roles_test::without_rows;

namespace {

// SHOW ALL SLAVES STATUS of MariaDB 10.11.19, a replica whose source was not there, shortened at the end.
const MysqlTable source_dead = vertical(R"(
*************************** 1. row ***************************
               Connection_name: 
               Slave_SQL_State: Slave has read all relay log; waiting for more updates
                Slave_IO_State: Reconnecting after a failed master event read
                   Master_Host: 127.0.0.1
                   Master_User: r
                   Master_Port: 3307
                 Connect_Retry: 1
               Master_Log_File: m-bin.000001
           Read_Master_Log_Pos: 1065
                Relay_Log_File: s-relay-bin.000002
                 Relay_Log_Pos: 1362
         Relay_Master_Log_File: m-bin.000001
              Slave_IO_Running: Connecting
             Slave_SQL_Running: Yes
                    Last_Errno: 0
                    Last_Error: 
         Seconds_Behind_Master: NULL
                 Last_IO_Errno: 2003
                 Last_IO_Error: error reconnecting to master 'r@127.0.0.1:3307' - retry-time: 1  maximum-retries: 100000  message: Can't connect to server on '127.0.0.1' (111 "Connection refused")
                Last_SQL_Errno: 0
                Last_SQL_Error: 
              Master_Server_Id: 1
                    Using_Gtid: Slave_Pos
                   Gtid_IO_Pos: 0-1-4
                     SQL_Delay: 0
)");

MysqlTable healthy_replica() {
  return with(with(with(source_dead, "Last_IO_Errno", "0"), "Last_IO_Error", ""), "Slave_IO_Running", "Yes");
}

/// What a MariaDB 10.11 says that is alone.
MysqlAnswers alone() {
  MysqlAnswers answers;
  answers.variables = names_and_values({{"gtid_slave_pos", ""},
                                        {"performance_schema", "OFF"},
                                        {"read_only", "OFF"},
                                        {"server_id", "1"},
                                        {"version", "10.11.19-MariaDB-0+deb12u1-log"},
                                        {"wsrep_on", "OFF"}});
  answers.status = names_and_values({{"Slaves_connected", "0"}, {"wsrep_cluster_size", "0"}});
  answers.replication = without_rows(source_dead);
  answers.dump_threads = dump_threads("0");
  answers.group_members = MysqlTable{};
  return answers;
}

MysqlAnswers replica(const MysqlTable& status) {
  MysqlAnswers answers = alone();
  answers.replication = status;
  return answers;
}

}  // namespace

TEST_CASE("MariaDB: alone is standalone") {
  const RoleFact fact = classify_mysql(alone());
  CHECK(fact.role == Role::standalone);
  CHECK(fact.why_unknown.empty());
  CHECK(fact.version == "10.11.19-MariaDB-0+deb12u1-log");
  CHECK(fact.identity == "1");
  CHECK(fact.read_only == guardd::Known<bool>(false));
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(0));
}

TEST_CASE("MariaDB: replicas make a primary, registered or not, read-only or not") {
  MysqlAnswers answers = alone();
  answers.status = names_and_values({{"Slaves_connected", "2"}});
  CHECK(classify_mysql(answers).role == Role::primary);
  CHECK(classify_mysql(answers).replicas.value() == 2);
  answers.status = names_and_values({{"Slaves_connected", "0"}});
  answers.dump_threads = dump_threads("1");
  CHECK(classify_mysql(answers).role == Role::primary);
  CHECK(classify_mysql(answers).replicas.value() == 1);
  answers.variables = names_and_values({{"gtid_slave_pos", ""}, {"read_only", "ON"}});
  CHECK(classify_mysql(answers).role == Role::primary);
  CHECK(classify_mysql(answers).read_only.value());
}

TEST_CASE("MariaDB: the states of a replica") {
  const auto check = [](const MysqlTable& status, const std::string& replication) {
    const RoleFact fact = classify_mysql(replica(status));
    CHECK(fact.role == Role::replica);
    CHECK(fact.source == "127.0.0.1:3307");
    CHECK_THAT(fact.replication, Catch::StartsWith(replication));
  };
  check(healthy_replica(), "running");
  check(with(healthy_replica(), "Slave_IO_Running", "No"), "stopped");
  check(with(healthy_replica(), "Slave_SQL_Running", "No"), "stopped");
  check(with(healthy_replica(), "Slave_IO_Running", "Connecting"), "connecting");
  check(with(healthy_replica(), "Slave_IO_Running", "Preparing"), "connecting");
  check(with(healthy_replica(), "Slave_IO_Running", "Perhaps"), "unclear");
  check(source_dead, "error 2003: error reconnecting to master");
  check(with(with(with(healthy_replica(), "Slave_SQL_Running", "No"), "Last_SQL_Errno", "1062"), "Last_SQL_Error",
             "Could not execute Write_rows_v1 event on table d.t; Duplicate entry '1' for key 'PRIMARY'"),
        "error 1062: Could not execute Write_rows");
}

TEST_CASE("MariaDB: a replica with replicas is a relay, and so is a co-master") {
  MysqlAnswers answers = replica(healthy_replica());
  answers.dump_threads = dump_threads("1");
  CHECK(classify_mysql(answers).role == Role::relay);
}

TEST_CASE("MariaDB: of several connections the worst is told") {
  MysqlTable status = healthy_replica();
  status.rows.push_back(source_dead.rows[0]);
  status.rows.push_back(healthy_replica().rows[0]);
  const RoleFact fact = classify_mysql(replica(status));
  CHECK(fact.role == Role::replica);
  CHECK_THAT(fact.replication, Contains("error 2003"));
  CHECK(fact.source == "127.0.0.1:3307, 127.0.0.1:3307, 127.0.0.1:3307");
}

TEST_CASE("MariaDB: a former replica is standalone, never less, and says what it was") {
  MysqlAnswers answers = alone();
  answers.variables = names_and_values({{"gtid_slave_pos", "0-1-7"}, {"version", "10.11.19-MariaDB"}});
  const RoleFact fact = classify_mysql(answers);
  CHECK(fact.role == Role::standalone);
  CHECK_THAT(fact.replication, Contains("0-1-7"));
}

TEST_CASE("MariaDB: a Galera node is a group's member, whatever else can't be had") {
  MysqlAnswers answers = alone();
  answers.status = names_and_values({{"Slaves_connected", "0"}, {"wsrep_cluster_size", "3"}});
  CHECK(classify_mysql(answers).role == Role::group_member);
  answers.status = Unknown{"denied"};
  answers.variables = names_and_values({{"wsrep_on", "ON"}});
  answers.replication = Unknown{"denied"};
  answers.dump_threads = Unknown{"denied"};
  CHECK(classify_mysql(answers).role == Role::group_member);
}

TEST_CASE("what could not be had leaves the role unknown, with the reason") {
  const auto check = [](const MysqlAnswers& answers, const std::string& why) {
    const RoleFact fact = classify_mysql(answers);
    CHECK(fact.role == Role::unknown);
    CHECK_THAT(fact.why_unknown, Contains(why));
  };
  MysqlAnswers answers = alone();
  SECTION("nothing at all") {
    check(MysqlAnswers{}, "not looked at");
    CHECK_FALSE(classify_mysql(MysqlAnswers{}).replicas.known());
    CHECK_FALSE(classify_mysql(MysqlAnswers{}).read_only.known());
  }
  SECTION("the replication: it may be a replica") {
    answers.replication = Unknown{"error 1227: Access denied"};
    check(answers, "error 1227");
  }
  SECTION("the replicas of one without a source: it may be a primary") {
    answers.dump_threads = Unknown{"error 1227: Access denied"};
    check(answers, "replicas can't be counted: error 1227");
    CHECK_FALSE(classify_mysql(answers).replicas.known());
  }
  SECTION("the replicas of a replica: it may be a relay") {
    answers = replica(healthy_replica());
    answers.dump_threads = Unknown{"error 1227: Access denied"};
    check(answers, "replicas can't be counted");
    CHECK(classify_mysql(answers).replication == "running");
    CHECK(classify_mysql(answers).source == "127.0.0.1:3307");
  }
  SECTION("but replicas that registered are known without the process list") {
    answers.dump_threads = Unknown{"error 1227: Access denied"};
    answers.status = names_and_values({{"Slaves_connected", "1"}});
    CHECK(classify_mysql(answers).role == Role::primary);
  }
  SECTION("the variables") {
    answers.variables = Unknown{"error 2013: Lost connection"};
    check(answers, "error 2013");
  }
  SECTION("whether it is in a group") {
    answers.group_members = Unknown{"error 1142: SELECT command denied"};
    check(answers, "group");
  }
}

TEST_CASE("answers that make no sense are unknown") {
  MysqlAnswers answers = alone();
  SECTION("an empty table that has nothing to do with replication") {
    answers.replication = MysqlTable{{"nothing"}, {}};
    CHECK(classify_mysql(answers).role == Role::unknown);
    answers.replication = MysqlTable{};
    CHECK(classify_mysql(answers).role == Role::unknown);
  }
  SECTION("a count that is none") {
    for (const char* count : {"", "-1", "many", "1 ", "4294967296", "0x1"}) {
      answers.dump_threads = dump_threads(count);
      CHECK(classify_mysql(answers).role == Role::unknown);
    }
    answers.dump_threads = dump_threads("4294967295");
    CHECK(classify_mysql(answers).role == Role::primary);
    answers.dump_threads = MysqlTable{{"a", "b"}, {{"5", std::nullopt}}};
    CHECK(classify_mysql(answers).role == Role::unknown);
    answers.dump_threads = MysqlTable{{"a"}, {{"0"}}};
    CHECK(classify_mysql(answers).role == Role::unknown);
    answers.dump_threads = MysqlTable{{"a", "b"}, {}};
    CHECK(classify_mysql(answers).role == Role::unknown);
  }
  SECTION("a read_only that is neither") {
    answers.variables = names_and_values({{"read_only", "MAYBE"}});
    CHECK_FALSE(classify_mysql(answers).read_only.known());
    answers.variables = names_and_values({{"read_only", "NO_LOCK_NO_ADMIN"}});
    CHECK(classify_mysql(answers).read_only.value());
  }
  SECTION("rows with fewer cells than columns") {
    answers.replication = MysqlTable{{"Slave_IO_Running", "Slave_SQL_Running"}, {{"Yes"}, {}}};
    const RoleFact fact = classify_mysql(answers);
    CHECK(fact.role == Role::replica);
    CHECK(fact.replication == "unclear");
    CHECK(fact.source == ":?, :?");
  }
}

TEST_CASE("long texts of a server are cut") {
  MysqlAnswers answers =
      replica(with(with(healthy_replica(), "Last_SQL_Errno", "1"), "Last_SQL_Error", std::string(100'000, 'x')));
  answers.variables = names_and_values(
      {{"version", std::string(129, 'v')}, {"server_id", std::string(128, '1')}, {"gtid_slave_pos", "0-1-1"}});
  const RoleFact fact = classify_mysql(answers);
  CHECK(fact.version == std::string(128, 'v'));
  CHECK(fact.identity == std::string(128, '1'));
  CHECK(fact.replication.size() == 512);
}
