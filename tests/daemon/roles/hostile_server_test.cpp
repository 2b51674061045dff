// SPDX-License-Identifier: Apache-2.0
// The role probe against tests/e2e/fake_mysql.py: servers that want passwords, files, memory or time of their client.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <memory>

#include "child_process.hpp"
#include "daemon/inspect/inspectors.hpp"

using Catch::Contains;
using guardd::Role;
using guardd::RoleFact;
using roles_test::ChildProcess;
using roles_test::TemporaryDirectory;
using roles_test::wait_until;

namespace {

constexpr uid_t nobody = 65534;
const std::string secret = "t0p-s3cret-password";

/// fake_mysql.py. Each of its sockets has a name in its directory, and a mode; one named "./x" is bound by a relative
/// path.
class FakeServer {
 public:
  using Sockets = std::vector<std::pair<std::string, std::string>>;

  explicit FakeServer(const std::string& mode, uid_t uid = 0) : FakeServer(Sockets{{"fake.sock", mode}}, uid) {}

  explicit FakeServer(const Sockets& sockets, uid_t uid = 0) {
    REQUIRE(::chown(directory_.path().c_str(), uid, uid) == 0);
    const std::string program = GUARDD_SOURCE_DIR "/tests/e2e/fake_mysql.py";
    std::vector<std::string> arguments{"sh", "-c", "cd \"$0\" && exec python3 \"$@\"", directory_.path(), program};
    for (const auto& [name, mode] : sockets) {
      arguments.insert(arguments.end(), {name.starts_with("./") ? name : path(name), mode, path(name + ".log")});
    }
    process_ = std::make_unique<ChildProcess>(arguments, path("out"), uid);
    for (const auto& [name, mode] : sockets) {
      // Open to all once it listens.
      const auto listens = [file = path(name)] {
        struct stat status {};
        return ::stat(file.c_str(), &status) == 0 && (status.st_mode & 0777) == 0777;
      };
      INFO(roles_test::read_all(path("out")));
      REQUIRE(wait_until(listens));
    }
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  [[nodiscard]] std::string socket() const { return path("fake.sock"); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

  [[nodiscard]] guardd::RoleInput input() const {
    guardd::RoleInput input;
    input.process = roles_test::process_fact(process_->pid());
    input.probe = "mysql";
    input.deadline_ms = 400;
    return input;
  }
  guardd::RoleInput input_with_credentials() {
    guardd::RoleInput input = this->input();
    input.credentials_file = credentials_.path() + "/client.cnf";
    roles_test::write_file(input.credentials_file, "[client]\nuser=prober\npassword=" + secret + "\n", 0600);
    return input;
  }

  /// All that clients have sent to fake.sock, once the last one has gone.
  [[nodiscard]] std::string received() const {
    REQUIRE(wait_until([&] { return std::filesystem::exists(path("fake.sock.log.closed")); }));
    return roles_test::read_all(path("fake.sock.log"));
  }

 private:
  TemporaryDirectory directory_;
  TemporaryDirectory credentials_;
  std::unique_ptr<ChildProcess> process_;
};

struct Probed {
  RoleFact fact;
  double ms = 0;
};

Probed probe(const guardd::RoleInput& input) {
  const auto begin = std::chrono::steady_clock::now();
  RoleFact fact = guardd::probe_role(input, {});
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  return {std::move(fact), took.count()};
}

}  // namespace

TEST_CASE("whatever a false server does, the role is unknown within the deadline") {
  const std::string mode =
      GENERATE("silent", "garbage", "closes", "drip", "full", "old_password", "cleartext", "greets_cleartext",
               "greets_dialog", "greets_path", "dialog", "caching_sha2", "sha256", "huge_greeting", "infile",
               "endless_rows", "huge_row", "many_columns", "endless_errors", "empty_answers");
  DYNAMIC_SECTION(mode) {
    FakeServer server(mode);
    const Probed probed = probe(server.input_with_credentials());
    INFO(probed.fact.why_unknown);
    CHECK(probed.fact.role == Role::unknown);
    CHECK_FALSE(probed.fact.why_unknown.empty());
    CHECK(probed.fact.why_unknown.size() <= 1024);
    CHECK_FALSE(probed.fact.replicas.known());
    CHECK(probed.fact.pid == server.pid());
    CHECK(probed.fact.service == "mysql");
    CHECK(probed.ms < 400 + 300);
  }
}

TEST_CASE("a server of root's that asks for the password itself does not get it") {
  const std::string mode =
      GENERATE("cleartext", "dialog", "old_password", "sha256", "greets_cleartext", "greets_dialog", "greets_path");
  DYNAMIC_SECTION(mode) {
    FakeServer server(mode);
    const Probed probed = probe(server.input_with_credentials());
    INFO(probed.fact.why_unknown);
    const std::string received = server.received();
    // The others break off before the first packet of the client's.
    if (!mode.starts_with("greets_")) CHECK_THAT(received, Contains("prober"));
    CHECK_THAT(received, !Contains(secret));
  }
}

TEST_CASE("a server of an ordinary user's gets nothing of the credentials") {
  const std::string mode = GENERATE("cleartext", "dialog", "caching_sha2", "infile", "full");
  DYNAMIC_SECTION(mode) {
    FakeServer server(mode, nobody);
    const Probed probed = probe(server.input_with_credentials());
    CHECK(probed.fact.role == Role::unknown);
    const std::string received = server.received();
    CHECK_THAT(received, !Contains("prober"));
    CHECK_THAT(received, !Contains(secret));
    if (mode == "cleartext") {
      CHECK_THAT(received, Contains("root"));
      CHECK_THAT(probed.fact.why_unknown, Contains("kept from it"));
    }
  }
}

TEST_CASE("nor does one in a container") {
  FakeServer server("caching_sha2");
  guardd::RoleInput input = server.input_with_credentials();
  input.process.contained = true;
  const Probed probed = probe(input);
  CHECK_THAT(probed.fact.why_unknown, Contains("namespaces of its own"));
  CHECK_THAT(server.received(), !Contains("prober") && !Contains(secret));
}

TEST_CASE("a server that asks for a local file gets none") {
  FakeServer server("infile");
  const Probed probed = probe(server.input());
  INFO(probed.fact.why_unknown);
  CHECK_THAT(server.received(), Contains("SHOW GLOBAL VARIABLES"));  // it came to the point where it could ask
  CHECK_THAT(server.received(), !Contains("root:") && !Contains("$y$"));
}

TEST_CASE("an answer without a word of replication is no standalone server") {
  FakeServer server("empty_answers");
  CHECK_THAT(probe(server.input()).fact.why_unknown, Contains("not understood"));
}

TEST_CASE("MySQL 8.4 is asked in its own words, by socket authentication") {
  FakeServer server("mysql84");
  const RoleFact fact = probe(server.input()).fact;
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::replica);
  CHECK(fact.version == "8.4.3");
  CHECK(fact.identity == "3e11fa47-71ca-11e1-9e33-c80aa9429562");
  CHECK(fact.source == "db1:3306");
  CHECK(fact.replication == "running");
  CHECK(fact.read_only == guardd::Known<bool>(true));
}

TEST_CASE("of several sockets the one that speaks the protocol is asked, and the X protocol's is left alone") {
  const std::string first = GENERATE("silent", "mysql84");
  const std::string second = first == "silent" ? "mysql84" : "silent";
  FakeServer server(FakeServer::Sockets{{"fake.sock", first}, {"other.sock", second}, {"mysqlx.sock", "silent"}});
  guardd::RoleInput input = server.input();
  input.deadline_ms = 2000;
  const RoleFact fact = probe(input).fact;
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::replica);
  CHECK_FALSE(std::filesystem::exists(server.path("mysqlx.sock.log.closed")));
}

TEST_CASE("a socket with a relative name is reached from the process's working directory") {
  FakeServer server(FakeServer::Sockets{{"./fake.sock", "mysql84"}});
  const RoleFact fact = probe(server.input()).fact;
  INFO(fact.why_unknown);
  CHECK(fact.role == Role::replica);
}

TEST_CASE("another process at the server's socket path is not believed") {
  FakeServer server("mysql84");
  REQUIRE(::unlink(server.socket().c_str()) == 0);
  FakeServer other("mysql84");
  SECTION("in place of the socket") {
    REQUIRE(::rename(other.socket().c_str(), server.socket().c_str()) == 0);
    CHECK_THAT(probe(server.input()).fact.why_unknown, Contains("another process"));
  }
  SECTION("behind a link, which is not even followed") {
    REQUIRE(::symlink(other.socket().c_str(), server.socket().c_str()) == 0);
    CHECK_THAT(probe(server.input()).fact.why_unknown, Contains("is no socket"));
  }
  SECTION("a FIFO") {
    REQUIRE(::mkfifo(server.socket().c_str(), 0777) == 0);
    CHECK_THAT(probe(server.input()).fact.why_unknown, Contains("is no socket"));
  }
}

TEST_CASE("a process that is gone, or listens nowhere") {
  guardd::RoleInput input;
  input.probe = "mysql";
  SECTION("gone") {
    input.process.pid = 4'194'304;  // PID_MAX_LIMIT: never given
    CHECK(probe(input).fact.role == Role::unknown);
  }
  SECTION("without a socket") {
    input.process = roles_test::process_fact(::getpid());
    input.process.socket_inodes.clear();
    CHECK_THAT(probe(input).fact.why_unknown, Contains("no Unix socket"));
  }
}
