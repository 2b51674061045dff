// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/client/answers.hpp"
#include "tests/client/fake_guardd.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

/// guardctl permit acquire reboot, for this process.
Words acquire_words(const FakeGuardd& guardd, const Words& more = {}) {
  Words words{"permit", "acquire", "reboot", "--socket", guardd.socket(), "--holder", std::to_string(::getpid())};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_CASE("guardctl permit acquire: a permit for the process that was named") {
  const FakeGuardd guardd;
  const Run run = guardctl(acquire_words(guardd, {"--valid=5", "--reason=kernel"}));
  INFO(run.error);
  CHECK(run.exit_status == 0);
  CHECK(has(run.out, "permit " + guardd.id()));
  CHECK(has(run.out, "held by pid " + std::to_string(::getpid())));
  CHECK(has(run.out, ", until "));
  const json asked = body_of(guardd.request("POST /v1/permits "));
  CHECK(asked.at("holder_pid") == ::getpid());
  CHECK(asked.at("command") == false);
  CHECK(asked.at("valid_s") == 5);
  CHECK(asked.at("reason") == "kernel");
  CHECK_FALSE(guardd.was_given_back());

  const Run as_json = guardctl(acquire_words(guardd, {"--json"}));
  CHECK(as_json.exit_status == 0);
  CHECK(json::parse(as_json.out).at("permit").at("id") == guardd.id());
  CHECK(json::parse(as_json.out).at("verdict").at("verdict") == "allow");
  CHECK(guardctl(acquire_words(guardd, {"--quiet"})).out.empty());
}

TEST_CASE("guardctl permit acquire: each verdict has its exit status, and no other way leads to 0") {
  struct Case {
    Script script;
    int status;
  };
  Script no_permit;
  no_permit.tamper = [](json& body) { body.erase("permit"); };
  Script not_in_force;
  not_in_force.tamper = [](json& body) { body["permit"]["state"] = "granted"; };
  Script no_verdict;
  no_verdict.tamper = [](json& body) { body.erase("verdict"); };
  Script bad_holder{.grant_status = 409};
  bad_holder.tamper = [](json& body) { body = {{"error", {{"code", "bad_holder"}, {"message", "it is dead"}}}}; };
  const Case cases[] = {
      {{.grant_status = 409, .verdict = "refuse"}, 1},
      {{.grant_status = 503, .verdict = "unknown"}, 3},
      {{.grant_status = 403}, 4},
      {{.grant_status = 400}, 3},
      {{.grant_status = 409}, 3},
      {{.grant_status = 200}, 3},
      {no_permit, 3},
      {not_in_force, 3},
      {no_verdict, 3},
      {bad_holder, 2},
  };
  for (const Case& one : cases) {
    const FakeGuardd guardd(one.script);
    const Run run = guardctl(acquire_words(guardd, {"--json"}));
    INFO(one.script.grant_status << run.out << run.error);
    CHECK(run.exit_status == one.status);
    if (one.status != 2) CHECK(json::parse(run.out).at("permit").is_null());
  }
}

TEST_CASE("guardctl permit acquire: a wrong command line, or a holder that is not there, asks nothing") {
  const FakeGuardd guardd;
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  for (const Words& words :
       {Words{"permit", "acquire", "reboot"}, Words{"permit", "acquire", "--holder=1"},
        Words{"permit", "acquire", "erase", "--holder=1"}, Words{"permit", "acquire", "wipe", "--holder=1"},
        Words{"permit", "acquire", "reboot", "--holder=1", "--help"},
        Words{"permit", "acquire", "reboot", "--holder", std::to_string(gone)}, Words{"permit", "end"},
        Words{"permit", "end", "../p1"}, Words{"permit", "end", "p1", "p2"}}) {
    Words all = words;
    all.insert(all.begin(), {"--socket", guardd.socket()});
    INFO(words.back());
    CHECK(guardctl(all).exit_status == 2);
  }
  CHECK(guardd.requests().empty());
}

TEST_CASE("guardctl permit acquire: a permit that nobody could read is given back") {
  const FakeGuardd guardd;
  CHECK(guardctl(acquire_words(guardd), {.out_path = "/dev/full"}).exit_status == 3);
  CHECK(guardd.was_given_back());
}

TEST_CASE("guardctl permit list and end") {
  const FakeGuardd guardd;
  REQUIRE(guardctl(acquire_words(guardd)).exit_status == 0);
  const Run list = guardctl({"permit", "list", "--socket", guardd.socket()});
  CHECK(list.exit_status == 0);
  CHECK(list.out.starts_with(guardd.id() + "  running: reboot of the host"));
  const Run end = guardctl({"permit", "end", guardd.id(), "--status=7", "--reason=done", "--socket", guardd.socket()});
  CHECK(end.exit_status == 0);
  CHECK(has(end.out, "given back: " + guardd.id()));
  CHECK(body_of(guardd.request("DELETE ")) == json{{"exit_status", 7}, {"reason", "done"}});
  CHECK(guardctl({"permit", "end", "p0", "--socket", guardd.socket()}).exit_status == 2);

  const FakeGuardd refusing({.end_status = 409});
  REQUIRE(guardctl(acquire_words(refusing)).exit_status == 0);
  CHECK(guardctl({"permit", "end", refusing.id(), "--socket", refusing.socket()}).exit_status == 1);
}

}  // namespace
}  // namespace guardd::client::test
