// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>

#include "gate/sight.hpp"
#include "tests/client/answers.hpp"
#include "tests/client/fake_guardd.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

/// A command that says "up" in a file, and then waits for "go" or a signal; what it waits with ends with it.
struct Course {
  FakeGuardd guardd;
  TemporaryDirectory directory;

  explicit Course(Script script = {}) : guardd(std::move(script)) {}

  [[nodiscard]] std::string waits(const std::string& trap = "") const {
    return trap + "touch " + directory.at("up") + "; " + until("go");
  }
  /// A shell's waiting for that file; over with the test, whatever became of that: the directory goes with it.
  [[nodiscard]] std::string until(const std::string& name) const {
    return "while test -d " + directory.path() + " && ! test -e " + directory.at(name) + "; do sleep 0.02; done; ";
  }
  void go() const { directory.file("go"); }
  void wait_for(const std::string& name) const {
    wait_until(name, [&] { return std::filesystem::exists(directory.at(name)); });
  }
  /// Runs it; `meanwhile` does its part once the command is up.
  Run run(const std::string& script, const std::function<void()>& meanwhile, std::vector<std::string> options = {}) {
    std::vector<std::string> words{"exec", "wipe", "--target", "/tmp", "--socket", guardd.socket()};
    words.insert(words.end(), options.begin(), options.end());
    for (const char* word : {"--", "sh", "-c", script.c_str()}) words.emplace_back(word);
    auto running = std::async(std::launch::async,
                              [&] { return guardctl(words, {.out_path = {}, .environment = {"PATH=/usr/bin:/bin"}}); });
    wait_for("up");
    meanwhile();
    return running.get();
  }
};

TEST_CASE("guardctl exec: signals that a process sends reach the command") {
  if (!has_cgroups()) return;
  for (const auto& [name, signal] :
       {std::pair{"TERM", SIGTERM}, std::pair{"INT", SIGINT}, std::pair{"HUP", SIGHUP}, std::pair{"QUIT", SIGQUIT},
        std::pair{"USR1", SIGUSR1}, std::pair{"USR2", SIGUSR2}}) {
    Course course;
    const Run run = course.run(course.waits("trap 'exit 9' " + std::string(name) + "; "),
                               [&] { ::kill(course.guardd.holder(), signal); });
    INFO(name << run.error);
    CHECK(run.exit_status == 9);
    CHECK(body_of(course.guardd.request("DELETE ")).at("exit_status") == 9);
  }
}

TEST_CASE("guardctl exec: a permit that is revoked is told, and the command goes on") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits() + "exit 5", [&] {
    course.guardd.tell({{"state", "revoked"}, {"lapsed", "mariadbd \033[2J started"}});
    course.guardd.request("GET /v1/events");
    course.go();
  });
  CHECK(run.exit_status == 124);
  CHECK(has(run.error, "is revoked: mariadbd"));
  CHECK_FALSE(has(run.error, "\033"));
  CHECK(has(run.error, "--stop-on-revoke"));
  CHECK(has(run.error, "status 5"));
  CHECK(body_of(course.guardd.request("DELETE ")).at("exit_status") == 5);
}

TEST_CASE("guardctl exec: --stop-on-revoke ends all that the command started") {
  if (!has_cgroups()) return;
  Course course;
  const std::string trace = course.directory.at("survivor");
  const Run run = course.run("sleep 1000 & (sleep 1000; touch " + trace + ") & " + course.waits(),
                             [&] {
                               course.guardd.tell({{"state", "revoked"}, {"lapsed", "mariadbd started"}});
                             },
                             {"--stop-on-revoke"});
  CHECK(run.exit_status == 124);
  CHECK(has(run.error, "is told to end"));
  CHECK(run.took < seconds(10));
  CHECK(body_of(course.guardd.request("DELETE ")).at("exit_status") == 128 + SIGTERM);
  // Its cgroup was empty, or it could not be gone.
  CHECK_FALSE(std::filesystem::exists("/sys/fs/cgroup/unified/guardd.permits/" + course.guardd.id()));
  CHECK_FALSE(std::filesystem::exists("/sys/fs/cgroup/guardd.permits/" + course.guardd.id()));
}

TEST_CASE("guardctl exec: --stop-on-revoke kills in 10 s what does not end, without its parent too") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run("(trap '' TERM; " + course.until("never") + ") & " + course.waits(),
                             [&] {
                               course.guardd.tell({{"state", "revoked"}, {"lapsed", "mariadbd started"}});
                             },
                             {"--stop-on-revoke"});
  CHECK(run.exit_status == 124);
  CHECK(has(run.error, "is killed"));
  CHECK(run.took >= seconds(10));
  CHECK_FALSE(std::filesystem::exists("/sys/fs/cgroup/unified/guardd.permits/" + course.guardd.id()));
  CHECK_FALSE(std::filesystem::exists("/sys/fs/cgroup/guardd.permits/" + course.guardd.id()));
}

TEST_CASE("guardctl exec: a permit whose time is over is told") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits(),
                             [&] {
                               course.guardd.tell({{"state", "expired"}, {"lapsed", "its time was over"}});
                               course.go();
                             },
                             {"--stop-on-revoke"});
  CHECK(run.exit_status == 124);
  CHECK(run.signal == 0);
  CHECK(has(run.error, "its time was over"));
}

TEST_CASE("guardctl exec: what only the answer at the end says counts, too") {
  if (!has_cgroups()) return;
  Course course({.end_changes = {{"state", "ended"}, {"lapsed", "its time was over"}}});
  const Run run = course.run(course.waits() + "kill -TERM $$", [&] { course.go(); });
  CHECK(run.exit_status == 124);
  CHECK(run.signal == 0);
  CHECK(has(run.error, "status 143"));
  Course unknown({.end_status = 404});
  CHECK(unknown.run(unknown.waits(), [&] { unknown.go(); }).exit_status == 124);
}

TEST_CASE("guardctl exec: events are followed again after they were cut") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits(), [&] {
    course.guardd.request("GET /v1/events");
    course.guardd.cut_events();
    course.guardd.tell({{"state", "revoked"}, {"lapsed", "mariadbd started"}});
    course.go();
  });
  CHECK(run.exit_status == 124);
  CHECK(has(run.error, "mariadbd started"));
}

TEST_CASE("guardctl exec: another permit's events are not this one's") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits(), [&] {
    course.guardd.tell({{"id", "p0"}, {"state", "revoked"}, {"lapsed", "x"}});
    course.guardd.tell({{"id", course.guardd.id()}, {"state", "running"}, {"lapsed", ""}});
    course.go();
  });
  CHECK(run.exit_status == 0);
  CHECK(run.error.empty());
}

TEST_CASE("guardctl exec: guardd going away changes nothing for what runs") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits() + "exit 6",
                             [&] {
                               course.guardd.go_away();
                               course.go();
                             },
                             {"--timeout=0.3"});
  CHECK(run.exit_status == 6);
  CHECK(has(run.error, "could not be given back"));
  CHECK(has(run.error, "--status 6"));
  CHECK_FALSE(course.guardd.was_given_back());
}

TEST_CASE("guardctl exec: guardd that comes back in time is told") {
  if (!has_cgroups()) return;
  Course course;
  const Run run = course.run(course.waits() + "touch " + course.directory.at("done") + "; exit 6",
                             [&] {
                               course.guardd.go_away();
                               course.go();
                               course.wait_for("done");
                               course.guardd.come_back();
                             },
                             {"--timeout=30"});
  CHECK(run.exit_status == 6);
  CHECK(run.error.empty());
  CHECK(body_of(course.guardd.request("DELETE ")).at("exit_status") == 6);
}

TEST_CASE("guardctl exec: an answer that was lost is found in the list") {
  if (!has_cgroups()) return;
  Course course({.end_changes = {{"state", "ended"}}, .loses_first_end = true});
  const Run run = course.run(course.waits() + "exit 3", [&] { course.go(); });
  CHECK(run.exit_status == 3);
  CHECK(run.error.empty());
  Course lapsed({.end_changes = {{"state", "ended"}, {"lapsed", "x"}}, .loses_first_end = true});
  CHECK(lapsed.run(lapsed.waits(), [&] { lapsed.go(); }).exit_status == 124);
}

TEST_CASE("guardctl exec: what goes on and what was interrupted is told") {
  if (!has_cgroups()) return;
  Course still({.end_changes = {{"state", "running"}}});
  const Run run = still.run("sh -c 'echo $$ > " + still.directory.at("pid") + "; touch " + still.directory.at("up") +
                                "; " + still.until("gone") + "touch " + still.directory.at("over") +
                                "' </dev/null >/dev/null 2>&1 & " + still.waits(),
                            [&] { still.go(); });
  CHECK(run.exit_status == 0);
  std::string pid;
  std::ifstream(still.directory.at("pid")) >> pid;
  CHECK(has(run.error, " " + pid));
  CHECK(has(run.error, "goes on until they have"));
  still.directory.file("gone");
  still.wait_for("over");
  const std::string cgroup = "/guardd.permits/" + still.guardd.id();
  wait_until("an empty cgroup", [&] { return !gate::cgroup_lives(cgroup); });
  ::rmdir((gate::cgroup2_root().value() + cgroup).c_str());

  Course half({.end_changes = {{"state", "interrupted"}}});
  const Run interrupted = half.run(half.waits() + "exit 1", [&] { half.go(); });
  CHECK(interrupted.exit_status == 1);
  CHECK(has(interrupted.error, "guardctl permit end " + half.guardd.id() + " --reason"));
}

}  // namespace
}  // namespace guardd::client::test
