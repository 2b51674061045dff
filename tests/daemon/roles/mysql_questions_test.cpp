// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "daemon/roles/mysql_questions.hpp"

using guardd::Error;
using guardd::MysqlAnswers;
using guardd::MysqlTable;
using guardd::Result;

namespace {

/// Answers by the beginning of a statement, and records what it was asked.
class FakeServer {
 public:
  void answers(const std::string& beginning, Result<MysqlTable> answer) {
    answers_.insert_or_assign(beginning, answer);
  }

  MysqlAnswers ask() {
    return guardd::ask_mysql([this](std::string_view statement) -> Result<MysqlTable> {
      asked_.emplace_back(statement);
      for (const auto& [beginning, answer] : answers_) {
        if (statement.starts_with(beginning)) return answer;
      }
      return Error{"1064", "error 1064: You have an error in your SQL syntax"};
    });
  }
  [[nodiscard]] bool was_asked(const std::string& statement) const {
    return std::find(asked_.begin(), asked_.end(), statement) != asked_.end();
  }

 private:
  std::map<std::string, Result<MysqlTable>> answers_;
  std::vector<std::string> asked_;
};

MysqlTable variables(std::vector<MysqlTable::Row> rows) { return {{"Variable_name", "Value"}, std::move(rows)}; }

const MysqlTable a_row{{"Slave_IO_Running"}, {{"Yes"}}};
const Error denied{"1227", "error 1227: Access denied; you need (at least one of) the SUPER privilege(s)"};

}  // namespace

TEST_CASE("MariaDB is asked for all its connections, and not for groups of MySQL") {
  FakeServer server;
  server.answers("SHOW GLOBAL VARIABLES", variables({{"gtid_slave_pos", ""}, {"version", "5.7.1-looks-like-mysql"}}));
  server.answers("SHOW ALL SLAVES STATUS", a_row);
  const MysqlAnswers answers = server.ask();
  REQUIRE(answers.replication.known());
  CHECK(answers.replication.value().rows.size() == 1);
  CHECK(answers.group_members.known());
  CHECK_FALSE(server.was_asked("SHOW SLAVE STATUS"));
  CHECK_FALSE(server.was_asked("SHOW REPLICA STATUS"));
  CHECK_FALSE(answers.dump_threads.known());
}

TEST_CASE("MySQL 8.4 and 9 know SHOW REPLICA STATUS alone, 5.7 and 8.0.21 SHOW SLAVE STATUS alone") {
  FakeServer server;
  server.answers("SHOW GLOBAL VARIABLES", variables({{"version", "8.4.3"}}));
  SECTION("new words") {
    server.answers("SHOW REPLICA STATUS", a_row);
    CHECK(server.ask().replication.known());
    CHECK_FALSE(server.was_asked("SHOW SLAVE STATUS"));
  }
  SECTION("old words") {
    server.answers("SHOW SLAVE STATUS", a_row);
    CHECK(server.ask().replication.known());
    CHECK(server.was_asked("SHOW REPLICA STATUS"));
  }
  SECTION("a denial is not asked again in other words") {
    server.answers("SHOW REPLICA STATUS", denied);
    server.answers("SHOW SLAVE STATUS", a_row);
    const MysqlAnswers answers = server.ask();
    REQUIRE_FALSE(answers.replication.known());
    CHECK(answers.replication.why() == denied.message);
  }
  SECTION("neither") { CHECK_THAT(server.ask().replication.why(), Catch::Contains("1064")); }
}

TEST_CASE("a server without group replication's table has no group, one that denies it may have") {
  FakeServer server;
  server.answers("SHOW GLOBAL VARIABLES", variables({{"version", "5.6.51"}}));
  server.answers("SELECT MEMBER_STATE", Error{"1146", "error 1146: Table doesn't exist"});
  CHECK(server.ask().group_members.known());
  server.answers("SELECT MEMBER_STATE", Error{"1142", "error 1142: SELECT command denied"});
  CHECK(server.ask().group_members.why() == "error 1142: SELECT command denied");
}

TEST_CASE("every answer that is missing says why") {
  FakeServer server;
  const MysqlAnswers answers = server.ask();
  for (const auto* answer :
       {&answers.variables, &answers.status, &answers.replication, &answers.dump_threads, &answers.group_members}) {
    REQUIRE_FALSE(answer->known());
    CHECK_THAT(answer->why(), Catch::Contains("1064"));
  }
}
