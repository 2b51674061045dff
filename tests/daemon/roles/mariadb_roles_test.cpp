// SPDX-License-Identifier: Apache-2.0
// The role probe against real MariaDB servers.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>

#include "mariadb_server.hpp"
#include "os/fd.hpp"

using Catch::Contains;
using Catch::StartsWith;
using guardd::Role;
using guardd::RoleFact;
using roles_test::MariadbServer;
using roles_test::wait_until;

namespace {

const std::string documented_grants =
    "GRANT PROCESS, SLAVE MONITOR, CONNECTION ADMIN ON *.* TO guardd@localhost";  // docs/roles.md

bool io_running(const MariadbServer& server, const std::string& state) {
  return server.ask("SHOW SLAVE STATUS", "Slave_IO_Running") == state;
}

/// Milliseconds that the probe took.
std::pair<RoleFact, double> timed_probe(const guardd::RoleInput& input) {
  const auto begin = std::chrono::steady_clock::now();
  RoleFact fact = guardd::probe_role(input, {});
  return {fact, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count()};
}

/// SIGSTOP, and waits until every thread has stopped: until then they go on accepting.
void stop(MariadbServer& server) {
  server.process().signal(SIGSTOP);
  const auto is_stopped = [&] {
    const std::string tasks = "/proc/" + std::to_string(server.process().pid()) + "/task";
    return std::ranges::all_of(std::filesystem::directory_iterator(tasks), [](const auto& task) {
      std::string stat;
      std::getline(std::ifstream(task.path() / "stat"), stat);
      return stat.find(") T ") != std::string::npos;
    });
  };
  REQUIRE(wait_until(is_stopped));
}

/// Connections that wait to be accepted, until no more are taken.
std::vector<guardd::Fd> fill_backlog(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::vector<guardd::Fd> waiting;
  while (waiting.size() < 100) {
    guardd::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) break;
    waiting.push_back(std::move(fd));
  }
  return waiting;
}

}  // namespace

TEST_CASE("a server alone is standalone, and says so without networking, read-only or not") {
  MariadbServer server;
  RoleFact fact = server.probe();
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::standalone);
  CHECK(fact.pid == server.pid());
  CHECK(fact.service == "mysql");
  CHECK_THAT(fact.version, Contains("MariaDB"));
  CHECK(fact.identity == "1");
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(0));
  CHECK(fact.read_only == guardd::Known<bool>(false));
  CHECK(fact.source.empty());
  CHECK(fact.replication.empty());

  server.sql("SET GLOBAL read_only=1");
  fact = server.probe();
  CHECK(fact.role == Role::standalone);
  CHECK(fact.read_only == guardd::Known<bool>(true));

  SECTION("its log has no complaint about the probe's connections") {
    CHECK_THAT(server.log(), !Contains("Aborted connection"));
  }
  SECTION("the process that was meant has ended and its pid is another's: not asked") {
    guardd::RoleInput input = server.input();
    ++input.process.start_ticks;
    fact = guardd::probe_role(input, {});
    CHECK(fact.role == Role::unknown);
    CHECK_THAT(fact.why_unknown, Contains("another's"));
  }
  SECTION("a socket file that is gone") {
    REQUIRE(::unlink(server.socket().c_str()) == 0);
    fact = server.probe();
    CHECK(fact.role == Role::unknown);
    CHECK_THAT(fact.why_unknown, Contains("socket file") && Contains("is gone"));
    CHECK_FALSE(fact.replicas.known());
  }
  SECTION("a probe of another name") {
    guardd::RoleInput input = server.input();
    input.probe = "oracle";
    CHECK_THAT(guardd::probe_role(input, {}).why_unknown, Contains("oracle"));
  }
}

TEST_CASE("primary, replica and relay, and every way in which replication breaks") {
  MariadbServer primary({.server_id = 1, .networking = true});
  MariadbServer relay({.server_id = 2, .networking = true});
  MariadbServer replica({.server_id = 3, .networking = true});
  relay.replicate_from(primary);
  replica.replicate_from(relay);
  REQUIRE(wait_until([&] { return io_running(relay, "Yes") && io_running(replica, "Yes"); }));
  const std::string primary_address = "127.0.0.1:" + std::to_string(primary.port());

  RoleFact fact = primary.probe();
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::primary);
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(1));
  CHECK(fact.replication.empty());
  primary.sql("SET GLOBAL read_only=1");
  CHECK(primary.probe().role == Role::primary);
  primary.sql("SET GLOBAL read_only=0");

  fact = relay.probe();
  CHECK(fact.role == Role::relay);
  CHECK(fact.source == primary_address);
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(1));

  fact = replica.probe();
  CHECK(fact.role == Role::replica);
  CHECK(fact.replication == "running");
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(0));
  CHECK(fact.source == "127.0.0.1:" + std::to_string(relay.port()));

  replica.sql("STOP SLAVE IO_THREAD");
  fact = replica.probe();
  CHECK(fact.role == Role::replica);
  CHECK(fact.replication == "stopped");
  replica.sql("START SLAVE");
  replica.sql("STOP SLAVE SQL_THREAD");
  fact = replica.probe();
  CHECK(fact.role == Role::replica);
  CHECK(fact.replication == "stopped");
  replica.sql("START SLAVE");

  const std::string table_there = "SELECT COUNT(*) c FROM information_schema.TABLES WHERE TABLE_SCHEMA='d'";
  primary.sql("CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
  REQUIRE(wait_until([&] { return replica.ask(table_there, "c") == "1"; }));
  replica.sql("INSERT INTO d.t VALUES (1)");
  primary.sql("INSERT INTO d.t VALUES (1)");
  REQUIRE(wait_until([&] { return replica.ask("SHOW SLAVE STATUS", "Last_SQL_Errno") == "1062"; }));
  fact = replica.probe();
  CHECK(fact.role == Role::replica);
  CHECK_THAT(fact.replication, StartsWith("error 1062: ") && Contains("Duplicate entry"));

  // Each the other's source: nobody is idle.
  primary.replicate_from(relay);
  REQUIRE(wait_until([&] { return io_running(primary, "Yes"); }));
  CHECK(primary.probe().role == Role::relay);
  CHECK(relay.probe().role == Role::relay);

  // A named connection shows in SHOW ALL SLAVES STATUS alone.
  replica.sql("STOP SLAVE; RESET SLAVE ALL; CHANGE MASTER 'other' TO MASTER_HOST='127.0.0.1', MASTER_PORT=1");
  REQUIRE(replica.ask("SHOW SLAVE STATUS", "Slave_IO_Running").empty());
  fact = replica.probe();
  CHECK(fact.role == Role::replica);
  CHECK(fact.source == "127.0.0.1:1");

  primary.process().signal(SIGKILL);
  REQUIRE(wait_until([&] { return relay.ask("SHOW SLAVE STATUS", "Last_IO_Errno") == "2003"; }));
  fact = relay.probe();
  CHECK(fact.role == Role::relay);
  CHECK_THAT(fact.replication, StartsWith("error 2003: "));
  relay.sql("STOP SLAVE; RESET SLAVE ALL");
  fact = relay.probe();
  // Its dump threads linger until the next heartbeat, which a busy machine may have seen by now.
  CHECK((fact.role == Role::primary || fact.role == Role::standalone));
  CHECK_THAT(fact.replication, Contains("was a replica up to GTID 0-"));
}

TEST_CASE("a dump thread that did not register as a replica counts") {
  const MariadbServer server;
  const roles_test::TemporaryDirectory directory;
  const roles_test::ChildProcess reader(
      {"mariadb-binlog", "--no-defaults", "--socket=" + server.socket(), "--user=root", "--read-from-remote-server",
       "--stop-never", "--result-file=" + directory.path() + "/binlog", server.ask("SHOW MASTER STATUS", "File")},
      directory.path() + "/log");
  const std::string count = "SELECT COUNT(*) c FROM information_schema.PROCESSLIST WHERE COMMAND='Binlog Dump'";
  INFO(roles_test::read_all(directory.path() + "/log"));
  REQUIRE(wait_until([&] { return server.ask(count, "c") == "1"; }));
  REQUIRE(server.ask("SHOW STATUS LIKE 'Slaves_connected'", "Value") == "0");
  const RoleFact fact = server.probe();
  CHECK(fact.role == Role::primary);
  CHECK(fact.replicas == guardd::Known<std::uint32_t>(1));
}

TEST_CASE("who may not ask learns nothing, and the role stays unknown") {
  MariadbServer server;
  const roles_test::TemporaryDirectory directory;
  guardd::RoleInput input = server.input();
  input.credentials_file = directory.path() + "/client.cnf";
  server.sql("CREATE USER guardd@localhost IDENTIFIED BY 's3cret'");
  roles_test::write_file(input.credentials_file, "[client]\nuser=guardd\npassword=s3cret\n", 0600);
  const auto why_unknown = [&] {
    const RoleFact fact = guardd::probe_role(input, {});
    CHECK(fact.role == Role::unknown);
    return fact.why_unknown;
  };
  // A user with USAGE only must not take the server for an empty one.
  RoleFact fact = guardd::probe_role(input, {});
  CHECK(fact.role == Role::unknown);
  CHECK_THAT(fact.why_unknown, Contains("error 1227"));
  CHECK_FALSE(fact.replicas.known());
  CHECK_THAT(fact.version, Contains("MariaDB"));

  server.sql("GRANT SLAVE MONITOR ON *.* TO guardd@localhost");
  CHECK_THAT(why_unknown(), Contains("replicas") && Contains("PROCESS"));
  server.sql("REVOKE SLAVE MONITOR ON *.* FROM guardd@localhost; GRANT PROCESS ON *.* TO guardd@localhost");
  CHECK_THAT(why_unknown(), Contains("SLAVE MONITOR"));
  server.sql(documented_grants);
  fact = guardd::probe_role(input, {});
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::standalone);

  server.sql("INSTALL SONAME 'auth_ed25519'");
  server.sql("ALTER USER guardd@localhost IDENTIFIED VIA ed25519 USING PASSWORD('s3cret')");
  CHECK(guardd::probe_role(input, {}).role == Role::standalone);

  roles_test::write_file(input.credentials_file, "[client]\nuser=guardd\npassword=wrong\n", 0600);
  CHECK_THAT(why_unknown(), Contains("error 1045"));
  ::chmod(input.credentials_file.c_str(), 0640);
  CHECK_THAT(why_unknown(), Contains("chmod 600"));
  const std::string file = std::exchange(input.credentials_file, directory.path() + "/other");
  CHECK_THAT(why_unknown(), Contains("No such file"));
  REQUIRE(::symlink(file.c_str(), input.credentials_file.c_str()) == 0);
  CHECK_FALSE(why_unknown().empty());

  input.credentials_file.clear();
  server.set_root_password("rootpw");
  CHECK_THAT(why_unknown(), Contains("error 1045") || Contains("error 1698"));
}

TEST_CASE("a full server costs nothing but the role") {
  MariadbServer server({.more = {"--max-connections=10"}});
  std::vector<MariadbServer::Connection> connections;
  connections.reserve(11);
  // Ten, and the one that CONNECTION ADMIN has for itself.
  for (int i = 0; i < 11; ++i) connections.push_back(server.connect());
  REQUIRE(connections.back());
  RoleFact fact = server.probe();
  CHECK(fact.role == Role::unknown);
  CHECK_THAT(fact.why_unknown, Contains("error 1040"));
  connections.pop_back();
  REQUIRE(wait_until([&] { return server.probe().role == Role::standalone; }));
}

TEST_CASE("a stopped server is given up at the deadline") {
  MariadbServer server;
  guardd::RoleInput input = server.input();
  input.deadline_ms = 2000;
  stop(server);
  auto [fact, took_ms] = timed_probe(input);
  CHECK(fact.role == Role::unknown);
  CHECK_THAT(fact.why_unknown, Contains("did not answer"));
  CHECK(took_ms >= 1500);
  CHECK(took_ms < 10'000);  // of a server that would never answer

  server.process().signal(SIGCONT);
  REQUIRE(wait_until([&] { return server.probe().role == Role::standalone; }));
}

TEST_CASE("a stopped server whose queue of connections is full is given up at the deadline") {
  MariadbServer server({.more = {"--back-log=2"}});
  guardd::RoleInput input = server.input();
  input.deadline_ms = 2000;
  stop(server);
  const std::vector<guardd::Fd> waiting = fill_backlog(server.socket());
  REQUIRE(waiting.size() < 100);
  RoleFact fact;
  // On a loaded machine the probe process may itself come too late to say why: its parent's deadline comes soon after.
  REQUIRE(wait_until(
      [&] {
        double took_ms = 0;
        std::tie(fact, took_ms) = timed_probe(input);
        CHECK(fact.role == Role::unknown);
        CHECK(took_ms < 10'000);  // of a server that would never answer
        return !Contains("did not answer").match(fact.why_unknown);
      },
      60));
  CHECK_THAT(fact.why_unknown, Contains("queue of connections"));
}

TEST_CASE("a server in a mount namespace of its own is asked through its own root") {
  MariadbServer server({.own_mounts = true});
  REQUIRE(::access(server.socket().c_str(), F_OK) != 0);
  guardd::RoleInput input = server.input();
  input.process.contained = true;
  SECTION("by socket authentication") {
    const RoleFact fact = guardd::probe_role(input, {});
    INFO(fact.why_unknown);
    CHECK(fact.role == Role::standalone);
  }
  SECTION("never with the credentials") {
    input.credentials_file = "/nonexistent, and never opened";
    CHECK(guardd::probe_role(input, {}).role == Role::standalone);
  }
}
