// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gate/sight.hpp"
#include "tests/client/answers.hpp"
#include "tests/client/fake_guardd.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

/// guardctl exec reinstall OPTIONS -- COMMAND
Words exec_words(const FakeGuardd& guardd, const Words& options, const Words& command) {
  Words words{"exec", "reinstall", "--socket", guardd.socket()};
  words.insert(words.end(), options.begin(), options.end());
  words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

Run exec(const FakeGuardd& guardd, const Words& options, const Words& command) {
  return guardctl(exec_words(guardd, options, command),
                  {.out_path = {}, .environment = {"PATH=/usr/bin:/bin", "KEPT=yes"}});
}

Run exec_sh(const FakeGuardd& guardd, const std::string& script, const Words& options = {}) {
  return exec(guardd, options, {"sh", "-c", script});
}

std::string text_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A command that leaves this file has run.
struct Trace {
  TemporaryDirectory directory;
  std::string file = directory.at("it-ran");
  [[nodiscard]] bool ran() const { return std::filesystem::exists(file); }
};

TEST_CASE("guardctl exec: the command's status is its own, and guardd is told it") {
  if (!has_cgroups()) return;
  for (const int status : {0, 1, 2, 77, 255}) {
    const FakeGuardd guardd;
    const Run run = exec_sh(guardd, "exit " + std::to_string(status), {"--valid=60", "--reason", "new disks"});
    INFO(run.error);
    CHECK(run.exit_status == status);
    CHECK(run.signal == 0);
    CHECK(run.out.empty());
    CHECK(run.error.empty());
    const json asked = body_of(guardd.request("POST /v1/permits "));
    CHECK(asked.at("operation") == "reinstall");
    CHECK(asked.at("scope") == "host");
    CHECK(asked.at("command") == true);
    CHECK(asked.at("valid_s") == 60);
    CHECK(asked.at("reason") == "new disks");
    CHECK_FALSE(asked.contains("holder_pid"));
    CHECK(body_of(guardd.request("DELETE ")).at("exit_status") == status);
  }
}

TEST_CASE("guardctl exec: the command has its arguments, its output and the permit's id") {
  if (!has_cgroups()) return;
  const FakeGuardd guardd;
  const Run run =
      exec(guardd, {}, {"sh", "-c", R"(printf '%s|' "$GUARDD_PERMIT" "$KEPT" "$@")", "sh", "", "--json", "--"});
  CHECK(run.exit_status == 0);
  CHECK(run.out == guardd.id() + "|yes||--json|--|");
}

TEST_CASE("guardctl exec: the command begins in a cgroup of its own, which goes with it") {
  if (!has_cgroups()) return;
  const FakeGuardd guardd;
  const Run run = exec_sh(guardd, "grep ^0:: /proc/self/cgroup; echo $$");
  REQUIRE(run.exit_status == 0);
  CHECK(has(run.out, guardd.id()));
  CHECK(has(run.out, "\n" + std::to_string(body_of(guardd.request("POST /v1/permits/")).at("pid").get<int>()) + "\n"));
  const std::string path = run.out.substr(3, run.out.find('\n') - 3);
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    CHECK_FALSE(std::filesystem::exists(root + path));
}

TEST_CASE("guardctl exec: the command has the signals that guardctl was started with") {
  if (!has_cgroups()) return;
  const FakeGuardd guardd;
  const Run run = exec_sh(guardd, "sed -n 's/^Sig\\(Blk\\|Ign\\):\\t//p' /proc/self/status");
  REQUIRE(run.exit_status == 0);
  // posix_spawn(3) of glibc, with which this test runs guardctl, ignores its internal signals 32 and 33.
  constexpr unsigned long long internal = 0x1'8000'0000;
  CHECK(std::stoull(run.out, nullptr, 16) == 0);
  CHECK((std::stoull(run.out.substr(run.out.find('\n')), nullptr, 16) & ~internal) == 0);
}

TEST_CASE("guardctl exec: what can't be run is 126, what is not there 127, and nothing has run") {
  if (!has_cgroups()) return;
  const TemporaryDirectory directory;
  for (const auto& [command, status] :
       {std::pair{directory.file("no-program", "x"), 126}, std::pair{directory.at("none"), 127}}) {
    const FakeGuardd guardd;
    const Run run = exec(guardd, {}, {command});
    CHECK(run.exit_status == status);
    CHECK(has(run.error, command));
    // Told as an end without a status: nothing is half done, whatever a command that runs means by that status.
    CHECK_FALSE(has(guardd.request("DELETE "), "exit_status"));
    const FakeGuardd other;
    CHECK(exec_sh(other, "exit " + std::to_string(status)).exit_status == status);
    CHECK(body_of(other.request("DELETE ")).at("exit_status") == status);
  }
}

TEST_CASE("guardctl exec: a command that a signal ended ends guardctl so, too") {
  if (!has_cgroups()) return;
  for (const int signal : {SIGTERM, SIGKILL, SIGINT, SIGPIPE, SIGSEGV}) {
    const FakeGuardd guardd;
    const Run run = exec_sh(guardd, "kill -" + std::to_string(signal) + " $$");
    CHECK(run.signal == signal);
    CHECK(body_of(guardd.request("DELETE ")).at("exit_status") == 128 + signal);
  }
}

TEST_CASE("guardctl exec: without a permit nothing runs, and why is on standard error") {
  const Trace trace;
  struct Case {
    const char* what;
    Script script;
    const char* said;
  };
  const auto tampered = [](std::function<void(json&)> tamper) {
    Script script;
    script.tamper = std::move(tamper);
    return script;
  };
  const Case cases[] = {
      {"refused", {.grant_status = 409, .verdict = "refuse"}, "REFUSED: db1 must not be reinstalled"},
      {"unknown", {.grant_status = 503, .verdict = "unknown"}, "UNKNOWN"},
      {"not permitted", {.grant_status = 403}, "daemon.denied"},
      {"no room", {.grant_status = 429}, "daemon.unreachable"},
      {"an allow without 201", {.grant_status = 409}, "gives no permit"},
      {"a refusal with a permit", {.verdict = "refuse"}, "REFUSED"},
      {"no verdict", tampered([](json& body) { body.erase("verdict"); }), "UNKNOWN"},
      {"no permit", tampered([](json& body) { body.erase("permit"); }), "gives no permit"},
      {"an id that is a path", tampered([](json& body) { body["permit"]["id"] = "../p1"; }), "without an id"},
      {"another operation", tampered([](json& body) { body["permit"]["operation"] = "reboot"; }), "another operation"},
      {"another scope", tampered([](json& body) { body["permit"]["scope"] = "targets"; }), "another scope"},
      {"another state", tampered([](json& body) { body["permit"]["state"] = "revoked"; }), "not in force"},
      {"another boot", tampered([](json& body) { body["permit"]["boot_id"] = "x"; }), "another boot"},
      {"another holder", tampered([](json& body) { body["permit"]["holder"]["pid"] = 1; }), "another holder"},
      {"over", tampered([](json& body) { body["permit"]["expires_boot_ms"] = 1; }), "time is over"},
      {"no time", tampered([](json& body) { body["permit"].erase("expires_boot_ms"); }), "time is over"},
      {"other targets in the verdict", tampered([](json& body) { body["verdict"]["scope"] = "targets"; }), "UNKNOWN"},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    const FakeGuardd guardd(one.script);
    const Run run = exec(guardd, {}, {"touch", trace.file});
    CHECK(run.exit_status == 125);
    CHECK(run.out.empty());
    CHECK(has(run.error, one.said));
    CHECK_FALSE(trace.ran());
    CHECK(guardd.was_given_back() ==
          (one.script.grant_status == 201 && !has(one.what, "no permit") && !has(one.what, "path")));
    CHECK(exec(guardd, {"--quiet"}, {"touch", trace.file}).error.empty());
    const Run as_json = exec(guardd, {"--json"}, {"touch", trace.file});
    CHECK(as_json.out.empty());
    CHECK(json::parse(as_json.error).at("operation") == "reinstall");
  }
}

TEST_CASE("guardctl exec: nobody there, and the wrong host") {
  const Trace trace;
  const Run run = guardctl({"exec", "reinstall", "--socket", trace.directory.at("none"), "--", "touch", trace.file});
  CHECK(run.exit_status == 125);
  CHECK(has(run.error, "daemon.unreachable"));
  const FakeGuardd guardd;
  const Run wrong = exec(guardd, {"--expect-host=no-such-host"}, {"/usr/bin/touch", trace.file});
  CHECK(wrong.exit_status == 125);
  CHECK(has(wrong.error, "host.mismatch"));
  CHECK(guardd.was_given_back());
  CHECK_FALSE(trace.ran());
}

TEST_CASE("guardctl exec: a wrong command line asks nothing") {
  const FakeGuardd guardd;
  for (const Words& words :
       {Words{"exec", "erase", "--", "true"}, Words{"exec", "wipe", "--", "true"},
        Words{"exec", "reboot", "--target", "/tmp", "--", "true"},
        Words{"exec", "wipe", "--target", "/none", "--", "true"}, Words{"exec", "reinstall", "true"},
        Words{"exec", "reinstall", "--help", "--", "true"}, Words{"exec", "reinstall", "--", ""}}) {
    Words all = words;
    all.insert(all.begin(), {"--socket", guardd.socket()});
    INFO(words[1]);
    CHECK(guardctl(all).exit_status == 2);
  }
  CHECK(guardd.requests().empty());
}

TEST_CASE("guardctl exec: what guardd does not let begin never runs, and is given back") {
  if (!has_cgroups()) return;
  const Trace trace;
  for (const Script& script :
       {Script{.begin_status = 409}, Script{.begin_status = 503}, Script{.begin_changes = {{"state", "revoked"}}},
        Script{.begin_changes = {{"id", "p0"}}}}) {
    const FakeGuardd guardd(script);
    const Run run = exec(guardd, {}, {"touch", trace.file});
    CHECK(run.exit_status == 125);
    CHECK(has(run.error, "the command was not run"));
    CHECK(guardd.was_given_back());
    CHECK_FALSE(has(guardd.request("DELETE "), "exit_status"));
    CHECK_FALSE(trace.ran());
  }
}

TEST_CASE("guardctl exec: guardctl killed before its command may begin takes it along") {
  if (!has_cgroups()) return;
  const Trace trace;
  Script script;
  script.before_begin = [](pid_t holder) { ::kill(holder, SIGKILL); };
  const FakeGuardd guardd(script);
  CHECK(exec(guardd, {}, {"touch", trace.file}).signal == SIGKILL);
  const pid_t child = body_of(guardd.request("POST /v1/permits/" + guardd.id() + "/begin ")).at("pid");
  const Result<PermitHolder> process = gate::identify(child);
  wait_until("the end of the child", [&] { return !process || !gate::process_lives(*process); });
  CHECK_FALSE(trace.ran());
  const std::string cgroup = "/guardd.permits/" + guardd.id();
  wait_until("an empty cgroup", [&] { return !gate::cgroup_lives(cgroup); });
  ::rmdir((gate::cgroup2_root().value() + cgroup).c_str());
}

TEST_CASE("guardctl exec: the verdict is in its file before the command starts") {
  if (!has_cgroups()) return;
  const TemporaryDirectory directory;
  const std::string file = directory.file("verdict", "old");
  {
    const FakeGuardd guardd;
    const Run run = exec(guardd, {"--verdict-file", file}, {"cat", file});
    CHECK(run.exit_status == 0);
    CHECK(json::parse(run.out).at("verdict") == "allow");
  }
  const FakeGuardd refusing({.grant_status = 409, .verdict = "refuse"});
  CHECK(exec(refusing, {"--verdict-file", file}, {"true"}).exit_status == 125);
  CHECK(json::parse(text_in(file)).at("verdict") == "refuse");
  CHECK(std::filesystem::status(file).permissions() == std::filesystem::perms(0600));
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("guardctl exec: a verdict that can't be written gives the permit back") {
  const Trace trace;
  const std::string victim = trace.directory.file("victim", "precious");
  REQUIRE(::mkfifo(trace.directory.at("fifo").c_str(), 0600) == 0);
  for (const std::string& file :
       {trace.directory.at("none/verdict"), trace.directory.path(), trace.directory.link("link", victim),
        trace.directory.at("fifo"), std::string("/dev/null")}) {
    INFO(file);
    const FakeGuardd guardd;
    const Run run = exec(guardd, {"--verdict-file", file}, {"touch", trace.file});
    CHECK(run.exit_status == 125);
    CHECK(has(run.error, "could not be written"));
    CHECK(guardd.was_given_back());
    CHECK_FALSE(trace.ran());
  }
  CHECK(text_in(victim) == "precious");
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace guardd::client::test
