// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/forked_workers.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "run_on.hpp"

using namespace guardd;
using namespace guardd::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

struct Fixture {
  asio::io_context loop;
  ForkedWorkers workers{loop.get_executor(), {.program = FORK_SERVER}};

  Result<json> run(const std::string& inspector, std::chrono::milliseconds deadline = 10s,
                   json input = json::object()) {
    return run_on(loop, workers.run(inspector, std::move(input), deadline));
  }
  /// Starts a run and goes on; `take` gets its result.
  void spawn(const std::string& inspector, json input, std::function<void(Result<json>)> take) {
    const auto task = [](ForkedWorkers& in, std::string name, json with,
                         std::function<void(Result<json>)> to) -> asio::awaitable<void> {
      to(co_await in.run(std::move(name), std::move(with), 10s));
    };
    asio::co_spawn(loop, task(workers, inspector, std::move(input), std::move(take)), asio::detached);
  }
  std::string failure(const std::string& inspector, std::chrono::milliseconds deadline = 10s) {
    const Result<json> result = run(inspector, deadline);
    REQUIRE_FALSE(result.ok());
    return result.error().message;
  }
};

bool is_gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a worker gives back what its inspector makes of the input") {
  const json input{{"path", "/a\n\xff"}, {"list", {1, 2, 3}}};
  const Result<json> output = run("echo", 10s, input);
  REQUIRE(output.ok());
  CHECK(*output == input);
}

TEST_CASE_METHOD(Fixture, "large inputs and outputs pass, too large ones fail") {
  const json large(std::string(std::size_t{2} * 1024 * 1024, 'x'));
  const Result<json> output = run("echo", 20s, large);
  REQUIRE(output.ok());
  CHECK(*output == large);
  CHECK(run("echo", 20s, json(std::string(std::size_t{17} * 1024 * 1024, 'x'))).error().message.find("too large") !=
        std::string::npos);
  CHECK(failure("too_much").find("too large") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "every way of not answering is a failure that says which") {
  CHECK(failure("crash") == "worker ended by SIGKILL");
  CHECK(failure("fail").find("could not ") == 0);
  CHECK(failure("garbage").find("worker's output") == 0);
  CHECK(failure("cut_short").find("worker's output") == 0);
  CHECK(failure("silent").find("worker's output") == 0);
  CHECK(failure("no_answer").find("worker's output") == 0);
  CHECK(failure("bad_status") == "worker ended with status 3");
  CHECK(failure("no such thing") == "no such inspector");
  CHECK(failure(std::string(40, 'x')) == "inspector name too long");
  CHECK(run("echo").ok());
}

TEST_CASE_METHOD(Fixture, "a worker that is late is killed, whatever it does instead") {
  for (const char* inspector : {"hang", "stop", "closes_but_stays"}) {
    CHECK(failure(inspector, 300ms) == "no answer within 300 ms");
    CHECK(turn_until(loop, [&] { return workers.lingering(inspector) == 0; }));
  }
}

TEST_CASE_METHOD(Fixture, "a worker that floods the pipe is stopped at the bound") {
  CHECK(failure("flood", 20s) == "output is too large");
  CHECK(turn_until(loop, [&] { return workers.lingering("flood") == 0; }));
}

TEST_CASE_METHOD(
    Fixture,
    "a worker has the input, the output, the standard descriptors and the inherited one, and dies with its parent") {
  CHECK(*run("open_fds") == json{0, 1, 2, 3, 4, 20});
  const json self = *run("self");
  CHECK(self.at("session") == self.at("pid"));
  CHECK(self.at("death_signal") == SIGKILL);
  CHECK(self.at("parent") == *workers.start());
}

TEST_CASE_METHOD(Fixture, "workers run side by side") {
  std::vector<Result<json>> results;
  for (int i = 0; i < 20; ++i) {
    spawn("echo", json(i), [&](Result<json> result) { results.push_back(std::move(result)); });
  }
  REQUIRE(turn_until(loop, [&] { return results.size() == 20; }));
  for (const auto& result : results) CHECK(result.ok());
}

TEST_CASE_METHOD(Fixture, "a fork server that is killed fails what runs, takes its workers along and is replaced") {
  const pid_t first = *workers.start();
  const json worker = *run("self");
  std::optional<Result<json>> hanging;
  spawn("hang", json::object(), [&](Result<json> result) { hanging = std::move(result); });
  const std::string children = "/proc/" + std::to_string(first) + "/task/" + std::to_string(first) + "/children";
  pid_t child = 0;
  REQUIRE(turn_until(loop, [&] {
    std::ifstream file(children);
    return static_cast<bool>(file >> child);
  }));
  REQUIRE(::kill(first, SIGKILL) == 0);
  REQUIRE(turn_until(loop, [&] { return hanging.has_value(); }));
  CHECK(hanging->error().message == "the fork server ended");
  CHECK(turn_until(loop, [&] { return is_gone(child) && is_gone(first); }));
  CHECK(run("echo").ok());
  CHECK(*workers.start() != first);
}

TEST_CASE_METHOD(Fixture, "a fork server that is stopped is replaced after one lost look") {
  const pid_t first = *workers.start();
  REQUIRE(::kill(first, SIGSTOP) == 0);
  CHECK(failure("echo", 300ms) == "no answer within 300 ms");
  CHECK(run("echo").ok());
  CHECK(turn_until(loop, [&] { return is_gone(first); }));
}

TEST_CASE("the fork server is not started again without end") {
  asio::io_context loop;
  ForkedWorkers workers(loop.get_executor(),
                        {.program = "/bin/true", .max_lingering = 8, .max_starts = 3, .restart_window = 60s});
  std::string last;
  for (int i = 0; i < 5; ++i) {
    const auto result = run_on(loop, workers.run("echo", json::object(), 5s));
    REQUIRE_FALSE(result.ok());
    last = result.error().message;
  }
  CHECK(last.find("lost too often") != std::string::npos);
}

TEST_CASE("a program that can't be started is a failure") {
  asio::io_context loop;
  ForkedWorkers workers(loop.get_executor(), {.program = "/nonexistent"});
  CHECK_FALSE(workers.start().ok());
  CHECK_FALSE(run_on(loop, workers.run("echo", json::object(), 5s)).ok());
}

TEST_CASE("killed workers that do not end are counted, and beyond the bound nothing of their kind is started") {
  asio::io_context loop;
  // The bound is 0: the first killed worker counts until the loop has seen its end.
  ForkedWorkers workers(loop.get_executor(), {.program = FORK_SERVER, .max_lingering = 0});
  std::vector<std::string> said;
  bool ended = false;
  const auto twice = [&]() -> asio::awaitable<void> {
    const Result<json> late = co_await workers.run("hang", json::object(), 2s);  // time to be forked, too
    said.push_back(late.error().message);
    const Result<json> refused = co_await workers.run("hang", json::object(), 200ms);
    said.push_back(refused.error().message);
    const Result<json> other = co_await workers.run("echo", json::object(), 10s);
    said.push_back(other.ok() ? "ok" : other.error().message);
    ended = true;
  };
  asio::co_spawn(loop, twice(), asio::detached);
  REQUIRE(turn_until(loop, [&] { return ended; }));
  CHECK(said.at(0) == "no answer within 2000 ms");
  CHECK(said.at(1) == "1 killed workers have not ended");
  CHECK(said.at(2) == "ok");
  CHECK(turn_until(loop, [&] { return workers.lingering("hang") == 0; }));
}

TEST_CASE_METHOD(Fixture, "nothing is left open by runs that went wrong") {
  REQUIRE(run("echo").ok());
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) {
    failure("crash");
    failure("garbage");
    failure("hang", 50ms);
  }
  CHECK(turn_until(loop, [&] { return workers.lingering("hang") == 0 && open_descriptors() <= before; }));
}

TEST_CASE("the fork server goes when guardd's object goes") {
  asio::io_context loop;
  pid_t server = 0;
  {
    ForkedWorkers workers(loop.get_executor(), {.program = FORK_SERVER});
    server = *workers.start();
    CHECK_FALSE(is_gone(server));
  }
  CHECK(is_gone(server));
}
