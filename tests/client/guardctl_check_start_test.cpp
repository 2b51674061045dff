// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "gate/lock.hpp"
#include "gate/mirrors.hpp"
#include "gate/sight.hpp"
#include "gate/start_intents.hpp"
#include "gate/waiting.hpp"
#include "os/clock.hpp"
#include "tests/client/answers.hpp"
#include "tests/client/fake_guardd.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

/// A permit that this test has, in this boot.
Permit own_permit(PermitState state, bool began) {
  Permit permit;
  permit.id = "p7";
  permit.operation = Operation::wipe;
  permit.holder = gate::identify(::getpid()).value();
  permit.boot_id = this_boot();
  permit.expires_boot_ms = boot_now_ms() + 3'600'000;
  permit.state = state;
  permit.began = began;
  return permit;
}

struct GateFiles {
  TemporaryDirectory directory;
  gate::Places places{.run = directory.directory("run"), .state = directory.directory("state")};

  void put(const Permit& permit) const { REQUIRE(gate::mirror(places, permit)); }
  [[nodiscard]] Run check(const std::string& service, std::vector<std::string> more = {}) const {
    more.insert(more.begin(),
                {"check-start", service, "--socket", places.run + "/guardd.sock", "--state-dir", places.state});
    return guardctl(more);
  }
};

TEST_CASE_METHOD(GateFiles, "guardctl check-start: without a permit a service starts, guardd there or not") {
  const Run run = check("mariadb.service");
  CHECK(run.exit_status == 0);
  CHECK(has(run.out, "ALLOWED: mariadb.service may start"));
  CHECK(has(run.error, "guardd is not there: nothing but the mirrors was asked"));
  const gate::StartIntents starts = gate::read_start_intents(places);
  REQUIRE(starts.intents.size() == 1);
  CHECK(starts.intents[0].intent.service == "mariadb.service");
  CHECK(starts.intents[0].intent.caller.pid == ::getpid());
  CHECK(gate::process_lives(starts.intents[0].intent.caller));
  CHECK(starts.intents[0].intent.boot_id == this_boot());
  CHECK(gate::read_waiting(places).empty());

  const FakeGuardd guardd;
  const Run quiet = guardctl({"check-start", "x", "--socket", guardd.socket(), "--state-dir", places.state, "--quiet"});
  CHECK(quiet.exit_status == 0);
  CHECK(quiet.out.empty());
  CHECK(quiet.error.empty());
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: under a permit no service starts, and it waits") {
  for (const auto& [state, began] : {std::pair{PermitState::granted, false}, std::pair{PermitState::running, true},
                                     std::pair{PermitState::revoked, true}, std::pair{PermitState::expired, true}}) {
    put(own_permit(state, began));
    const Run run = check("mariadb.service");
    INFO(to_string(state));
    CHECK(run.exit_status == 1);
    CHECK(run.out.starts_with("REFUSED: mariadb.service must not start."));
    CHECK(has(run.out, "permit.conflict"));
    CHECK(has(run.out, "permit p7, a wipe of a part of this host, is " + std::string(to_string(state))));
    CHECK(has(run.out, "it starts by itself when the permit ends"));
  }
  CHECK(gate::read_waiting(places) == std::vector<std::string>{"mariadb.service"});
  CHECK(gate::read_start_intents(places).intents.empty());

  const Run by_script = check("mariadb", {"--json"});
  CHECK(by_script.exit_status == 1);
  const json document = json::parse(by_script.out);
  CHECK(document.at("operation") == "start");
  CHECK(document.at("scope") == "service");
  CHECK(document.at("targets") == json::array({"mariadb"}));
  CHECK(document.at("verdict") == "refuse");
  CHECK(document.at("host").at("boot_id") == this_boot());
  CHECK(document.at("reasons").at(0).at("code") == "permit.conflict");
  CHECK(has(document.at("reasons").at(0).at("remedy"), "Start it again"));
  CHECK(gate::read_waiting(places).size() == 1);
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: a permit that is over closes nothing") {
  Permit unused = own_permit(PermitState::granted, false);
  unused.expires_boot_ms = 1;
  put(unused);
  CHECK(check("mariadb.service").exit_status == 0);
  Permit orphan = own_permit(PermitState::granted, false);
  ++orphan.holder.start_ticks;
  put(orphan);
  CHECK(check("mariadb.service").exit_status == 0);
  Permit other_boot = own_permit(PermitState::granted, false);
  other_boot.boot_id = "another";
  put(other_boot);
  CHECK(check("mariadb.service").exit_status == 0);
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: what was interrupted closes until somebody has looked") {
  put(own_permit(PermitState::interrupted, true));
  const Run run = check("mariadb.service");
  CHECK(run.exit_status == 1);
  CHECK(has(run.out, "operation.interrupted"));
  CHECK(has(run.out, "guardctl permit end p7 --reason"));
  CHECK(gate::read_waiting(places).size() == 1);

  // guardd died, then the holder, or the host went down: nobody wrote that down.
  Permit half = own_permit(PermitState::running, true);
  ++half.holder.start_ticks;
  put(half);
  CHECK(has(check("mariadb.service").out, "operation.interrupted"));
  half = own_permit(PermitState::running, true);
  half.boot_id = "another";
  put(half);
  CHECK(has(check("mariadb.service").out, "operation.interrupted"));
  put(own_permit(PermitState::ended, true));
  CHECK(check("mariadb.service").exit_status == 0);
}

TEST_CASE_METHOD(GateFiles,
                 "guardctl check-start: while guardd looks whether a permit may be, it waits for the answer") {
  put(own_permit(PermitState::requested, false));
  const Run over = check("mariadb.service");
  CHECK(over.exit_status == 1);
  CHECK(has(over.out, "is requested"));
  CHECK(over.took >= milliseconds(1000));

  // The lock is free while it waits: guardd takes it, and says no to the permit.
  const Fd watch(::inotify_init1(IN_CLOEXEC));
  REQUIRE(::inotify_add_watch(watch.get(), places.lock().c_str(), IN_CLOSE_WRITE) >= 0);
  auto running = std::async(std::launch::async, [&] { return check("other.service"); });
  pollfd let_go{.fd = watch.get(), .events = POLLIN, .revents = 0};
  REQUIRE(::poll(&let_go, 1, 30'000) == 1);
  {
    const Result<Fd> lock = gate::take_lock(places, milliseconds(500));
    REQUIRE(lock);
    put(own_permit(PermitState::ended, false));
  }
  CHECK(running.get().exit_status == 0);
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: a lock that is held does not hold it up, and closes nothing") {
  const Result<Fd> lock = gate::take_lock(places, milliseconds(0));
  REQUIRE(lock);
  const Run run = check("mariadb.service", {"--timeout=0.2"});
  CHECK(run.exit_status == 0);
  CHECK(has(run.error, "lock could not be had"));
  CHECK(run.took >= milliseconds(200));
  CHECK(gate::read_start_intents(places).intents.size() == 1);
  put(own_permit(PermitState::running, true));
  CHECK(check("mariadb.service", {"--timeout=0.2"}).exit_status == 1);
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: what can't be read is told, and closes nothing") {
  directory.file("run/permits/torn", "{");
  directory.file("run/permits/long", std::string(17'000, 'x'));
  directory.link("run/permits/li\nk", "/etc/passwd");
  REQUIRE(::mkfifo(directory.at("run/permits/fifo").c_str(), 0600) == 0);
  const Run run = check("mariadb.service");
  CHECK(run.exit_status == 0);
  for (const char* name : {"torn", "long", "li\\nk", "fifo"}) CHECK(has(run.error, name));
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: a start that can't be filed is told, and goes on") {
  directory.file("run/starts", "in the way");
  const Run run = check("mariadb.service");
  CHECK(run.exit_status == 0);
  CHECK(has(run.error, "could not be made known"));
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: what is no service's name, and help, start nothing") {
  for (const std::string& name : {std::string("/etc/x"), std::string("a/b"), std::string(256, 'a'), std::string("")})
    CHECK(check(name).exit_status == 2);
  CHECK(check(std::string(255, 'a')).exit_status == 0);
  CHECK(check("a", {"--help"}).exit_status == 2);
  CHECK(check("a", {"--version"}).exit_status == 2);
  CHECK(check("a", {"--expect-host=no-such-host"}).exit_status == 1);
}

TEST_CASE_METHOD(GateFiles, "guardctl check-start: a mute guardd costs a second at most") {
  const int listener = listen_at(places.run + "/guardd.sock");
  const Run run = check("mariadb.service");
  ::close(listener);
  CHECK(run.exit_status == 0);
  CHECK(has(run.error, "guardd is not there"));
  CHECK(run.took < std::chrono::seconds(10));
}

}  // namespace
}  // namespace guardd::client::test
