// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/client/answers.hpp"
#include "tests/client/fake_server.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;

/// What the client answers for itself, in both forms: the exit status, one line of JSON, and text that says so.
void check_unknown(const std::string& socket, const std::string& code, const std::string& message,
                   std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"check-reinstall", "--socket", socket};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Run text = guardctl(arguments);
  INFO(text.out << text.error);
  CHECK(text.exit_status == 3);
  CHECK(text.out.starts_with("UNKNOWN: "));
  CHECK(has(text.out, message));
  CHECK(has(text.out, code));

  arguments.push_back("--json");
  const Run run = guardctl(arguments);
  CHECK(run.exit_status == 3);
  REQUIRE(run.out.find('\n') == run.out.size() - 1);
  const json document = json::parse(run.out);
  CHECK(document.at("operation") == "reinstall");
  CHECK(document.at("scope") == "host");
  CHECK(document.at("targets") == json::array());
  CHECK(document.at("verdict") == "unknown");
  CHECK(document.at("reasons").at(0).at("code") == code);
  CHECK(has(document.at("reasons").at(0).at("message"), message));
  CHECK(document.at("host").at("boot_id") == this_boot());
  CHECK(document.at("instance").is_null());
}

void check_unknown_answer(const std::string& response, const std::string& code, const std::string& message) {
  const FakeServer server([&](const std::string&) { return response; });
  check_unknown(server.socket(), code, message, {"--timeout", "2"});
}

TEST_CASE("guardctl: each verdict has its exit status, and --json hands the answer on") {
  for (const auto& [verdict, status, word] :
       {std::tuple{"allow", 0, "ALLOWED: db1 may be reinstalled."},
        std::tuple{"refuse", 1, "REFUSED: db1 must not be reinstalled."}, std::tuple{"unknown", 3, "UNKNOWN: "}}) {
    const json document = answer(verdict);
    const FakeServer server([&](const std::string&) { return http(200, document); });
    const Run text = guardctl({"check-reinstall", "--socket", server.socket()});
    CHECK(text.exit_status == status);
    CHECK(text.out.starts_with(word));
    const Run as_json = guardctl({"--json", "check-reinstall", "--socket", server.socket()});
    CHECK(as_json.exit_status == status);
    CHECK(json::parse(as_json.out) == document);
    const Run quiet = guardctl({"--quiet", "--socket=" + server.socket(), "check-reinstall"});
    CHECK(quiet.exit_status == status);
    CHECK(quiet.out.empty());
    CHECK(quiet.error.empty());
  }
}

TEST_CASE("guardctl: the question says the whole host, and the targets as they were resolved") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("data", "");
  std::filesystem::create_symlink(file, directory.path() + "/link");
  const FakeServer server([&](const std::string& request) {
    const json body = body_of(request);
    std::vector<std::string> targets;
    if (body.contains("targets")) {
      for (const json& target : body["targets"]) targets.push_back(target["path"]);
    }
    return http(200, answer("allow", body["operation"], targets));
  });
  CHECK(guardctl({"check-reinstall", "--socket", server.socket()}).exit_status == 0);
  CHECK(guardctl({"check-reboot", "--socket", server.socket()}).exit_status == 0);
  CHECK(guardctl({"check-wipe", directory.path() + "/link", "/tmp", "--socket", server.socket()}).exit_status == 0);
  const std::vector<std::string> requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].starts_with("POST /v1/check HTTP/1.1\r\n"));
  CHECK(body_of(requests[0]).at("operation") == "reinstall");
  CHECK(body_of(requests[0]).at("scope") == "host");
  CHECK(body_of(requests[1]).at("operation") == "reboot");
  const json wipe = body_of(requests[2]);
  CHECK(wipe.at("scope") == "targets");
  REQUIRE(wipe.at("targets").size() == 2);
  CHECK(wipe.at("targets").at(0).at("path") == file);
  CHECK(wipe.at("targets").at(0).at("kind") == "path");
  CHECK(wipe.at("targets").at(0).at("mount_id").is_number_integer());
  CHECK(has(wipe.at("targets").at(0).at("device").get<std::string>(), ":"));
}

TEST_CASE("guardctl: nobody there") {
  const TemporaryDirectory directory;
  check_unknown(directory.path() + "/none.sock", "daemon.unreachable",
                "guardd cannot be reached at " + directory.path() + "/none.sock: No such file or directory");
  check_unknown(directory.file("file", ""), "daemon.unreachable", "Connection refused");
}

TEST_CASE("guardctl: a server that accepts and never answers costs the timeout") {
  FakeServer server([](const std::string&) { return std::string(); });
  server.keep_open();
  const Run run = guardctl({"check-reinstall", "--socket", server.socket(), "--timeout", "0.3"});
  CHECK(run.exit_status == 3);
  CHECK(has(run.out, "guardd did not answer in time"));
  CHECK(run.took >= std::chrono::milliseconds(300));
  CHECK(run.took < std::chrono::seconds(10));
}

TEST_CASE("guardctl: a server that never accepts costs the timeout, with its backlog full too") {
  const TemporaryDirectory directory;
  const std::string socket = directory.path() + "/s";
  const int listener = listen_at(socket);
  for (int i = 0; i < 12; ++i) {
    // The backlog is 8: the later ones wait in connect(2) instead of in poll(2). Each leaves its place taken.
    const Run run = guardctl({"check-reinstall", "--socket", socket, "--timeout", "0.05"});
    CHECK(run.exit_status == 3);
    CHECK(has(run.out, "in time"));
    CHECK(run.took < std::chrono::seconds(10));
  }
  ::close(listener);
}

TEST_CASE("guardctl: a server that dribbles costs the timeout once") {
  FakeServer server([](const std::string&) { return http(200, answer("allow")).substr(0, 60); });
  server.keep_open();
  const Run run = guardctl({"check-reinstall", "--socket", server.socket(), "--timeout", "0.3"});
  CHECK(run.exit_status == 3);
  CHECK(run.took < std::chrono::seconds(10));
}

TEST_CASE("guardctl: died without an answer, and in the middle of one") {
  check_unknown_answer("", "daemon.unreachable", "closed the connection without an answer");
  const std::string whole = http(200, answer("allow"));
  for (const std::size_t length : {std::size_t{1}, std::size_t{17}, whole.find("\r\n\r\n") + 4, whole.size() - 1}) {
    std::string cut = whole.substr(0, length);
    const FakeServer server([&](const std::string&) { return cut + ""; });
    // The fake closes after a text that says so; a header cut short can't, so that case ends by the timeout.
    const Run run = guardctl({"check-reinstall", "--socket", server.socket(), "--timeout", "0.2"});
    CHECK(run.exit_status == 3);
    CHECK(run.out.starts_with("UNKNOWN"));
  }
  std::string closing = whole;
  closing.insert(closing.find("\r\n") + 2, "Connection: close\r\n");
  check_unknown_answer(closing.substr(0, closing.size() - 1), "daemon.unreachable", "in the middle of its answer");
}

TEST_CASE("guardctl: garbage in many forms") {
  const std::string allow = answer("allow").dump();
  check_unknown_answer("garbage\r\n\r\n", "daemon.untrusted", "can't be understood");
  check_unknown_answer(allow + "\n", "daemon.untrusted", "can't be understood");
  check_unknown_answer(http(200, allow.substr(0, allow.size() / 2)), "daemon.untrusted", "can't be understood");
  check_unknown_answer(http(200, std::string("\xff\x00\x01", 3)), "daemon.untrusted", "can't be understood");
  check_unknown_answer(http(200, std::string()), "daemon.untrusted", "can't be understood");
  check_unknown_answer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + allow, "daemon.untrusted", "how long");
  check_unknown_answer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(allow.size() - 1) + "\r\n\r\n" + allow,
                       "daemon.untrusted", "");
  check_unknown_answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(allow.size() + 1) +
                           "\r\n\r\n" + allow,
                       "daemon.unreachable", "in the middle");
  check_unknown_answer("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{", "daemon.untrusted", "");
  check_unknown_answer(http(200, std::string(8 * 1024 * 1024 + 1, ' ')), "daemon.untrusted", "");
  check_unknown_answer(http(200, std::string(100'000, '[')), "daemon.untrusted", "can't be understood");
}

TEST_CASE("guardctl: an allow of another question, boot or making is unknown") {
  const std::string socket_remark = "daemon.untrusted";
  check_unknown_answer(http(200, answer("allow", "reboot")), socket_remark, "is about reboot, not reinstall");
  check_unknown_answer(http(200, answer("allow", "reinstall", {"/dev/sda"})), socket_remark, "is about another scope");
  json other_boot = answer("allow");
  other_boot["host"]["boot_id"] = "11111111-2222-3333-4444-555555555555";
  check_unknown_answer(http(200, other_boot), socket_remark, "of another boot");
  json with_reasons = answer("allow");
  with_reasons["reasons"].push_back(reason("dataset.active"));
  check_unknown_answer(http(200, with_reasons), socket_remark, "");
  const std::string allow = answer("allow").dump();
  check_unknown_answer(http(200, "{\"verdict\":\"refuse\"," + allow.substr(1)), socket_remark, "duplicate");
  json without = answer("allow");
  without.erase("snapshot");
  check_unknown_answer(http(200, without), socket_remark, "");
}

TEST_CASE("guardctl: an answer about other targets is unknown") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow", "wipe", {"/tmp"})); });
  CHECK(guardctl({"check-wipe", "/tmp", "--socket", server.socket()}).exit_status == 0);
  const Run run = guardctl({"check-wipe", "/", "--socket", server.socket(), "--json"});
  CHECK(run.exit_status == 3);
  CHECK(json::parse(run.out).at("targets") == json::array({"/"}));
  CHECK(guardctl({"check-wipe", "/tmp", "/", "--socket", server.socket()}).exit_status == 3);
}

TEST_CASE("guardctl: HTTP errors") {
  const std::string error = R"({"error":{"code":"x","message":"too \u001b[31mbusy"}})";
  for (const int status : {400, 404, 413, 429, 500, 503, 204, 301}) {
    const FakeServer server([&](const std::string&) { return http(status, status == 204 ? "" : error); });
    const Run run = guardctl({"check-reinstall", "--socket", server.socket(), "--timeout=2"});
    CHECK(run.exit_status == 3);
    CHECK(has(run.out, "daemon.unreachable"));
    CHECK_FALSE(has(run.out, "\033"));
    if (status != 204) CHECK(has(run.out, "HTTP " + std::to_string(status)));
  }
  const FakeServer server([&](const std::string&) { return http(403, error); });
  const Run denied = guardctl({"check-reinstall", "--socket", server.socket(), "--json", "--wait=5"});
  CHECK(denied.exit_status == 4);
  CHECK(json::parse(denied.out).at("verdict") == "unknown");
}

TEST_CASE("guardctl: usage errors ask nothing") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow")); });
  const TemporaryDirectory directory;
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"check"},
      {"check-wipe"},
      {"check-wipe", ""},
      {"check-wipe", directory.path() + "/missing"},
      {"check-wipe", "/tmp", directory.path() + "/missing"},
      {"check-wipe", "/dev/null"},
      {"check-reinstall", "--target", ""},
      {"check-reinstall", "--target="},
      {"check-reinstall", "--target", directory.path() + "/missing"},
      {"check-reinstall", "--target", "/tmp"},
      {"check-reinstall", "/tmp"},
      {"check-reboot", "--expect-host", ""},
      {"check-reboot", "--timeout", "0"},
      {"check-reboot", "--timeout", "soon"},
      {"exec", "reinstall", "true"},
      {"check-reboot", "--help"},
      {"--help", "check-reinstall"},
      {"check-wipe", "--version"},
  };
  for (std::vector<std::string> arguments : bad) {
    if (!arguments.empty()) {
      arguments.insert(arguments.begin(), "--socket=" + server.socket());
    }
    const Run run = guardctl(arguments);
    INFO((arguments.empty() ? "" : arguments.back()));
    CHECK(run.exit_status == 2);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("guardctl: help and version, but not in place of a verdict") {
  const Run help = guardctl({"--help"});
  CHECK(help.exit_status == 0);
  for (const char* command :
       {"check-reinstall", "check-wipe", "check-reboot", "status", "policy check", "policy schema"}) {
    CHECK(has(help.out, command));
  }
  CHECK(has(guardctl({"--version"}).out, "guardctl "));
  CHECK(has(guardctl({"check-reboot", "--help"}).out, "--expect-host"));
}

TEST_CASE("guardctl: the wrong host is refused even when guardd says allow") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow", "reboot")); });
  const Run wrong = guardctl({"check-reboot", "--socket", server.socket(), "--expect-host", "no-such-host", "--json"});
  CHECK(wrong.exit_status == 1);
  CHECK(json::parse(wrong.out).at("verdict") == "refuse");
  CHECK(json::parse(wrong.out).at("reasons").at(0).at("code") == "host.mismatch");
  CHECK(body_of(server.requests().at(0)).at("expect_host") == "no-such-host");

  char name[256] = {};
  REQUIRE(::gethostname(name, sizeof name - 1) == 0);
  CHECK(guardctl({"check-reboot", "--socket", server.socket(), "--expect-host", name}).exit_status == 0);
}

TEST_CASE("guardctl: an allow that can't be written is none") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow")); });
  const std::vector<std::string> text = {"check-reinstall", "--socket", server.socket()};
  std::vector<std::string> as_json = text;
  as_json.push_back("--json");
  for (const auto& arguments : {text, as_json}) {
    CHECK(guardctl(arguments, {.out_path = "/dev/full"}).exit_status == 3);
    CHECK(guardctl(arguments, {.out_path = "", .out_closed = true}).exit_status == 3);
    CHECK(guardctl(arguments, {.out_path = "", .out_reader_gone = true}).exit_status == 3);
    CHECK(guardctl(arguments, {.out_path = "/dev/null"}).exit_status == 0);
  }
  const FakeServer refusing([](const std::string&) { return http(200, answer("refuse")); });
  CHECK(guardctl({"check-reinstall", "--socket", refusing.socket(), "--json"}, {.out_path = "/dev/full"}).exit_status ==
        1);
}

TEST_CASE("guardctl: with a closed standard output nothing strays into the socket") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow")); });
  CHECK(guardctl({"check-reinstall", "--socket", server.socket(), "--json"}, {.out_path = "", .out_closed = true})
            .exit_status == 3);
  REQUIRE(server.requests().size() == 1);
  CHECK(body_of(server.requests()[0]).at("operation") == "reinstall");
}

TEST_CASE("guardctl: no environment variable moves the socket") {
  const FakeServer server([](const std::string&) { return http(200, answer("allow")); });
  const Run run = guardctl({"check-reinstall"},
                           {.out_path = "",
                            .environment = {"GUARDD_SOCKET=" + server.socket(), "GUARDCTL_SOCKET=" + server.socket(),
                                            "SOCKET=" + server.socket()}});
  CHECK(run.exit_status != 0);
  CHECK(server.connections() == 0);
}

TEST_CASE("guardctl: --wait asks until it is allowed, or the time is over") {
  std::atomic<int> asked = 0;
  const FakeServer server([&](const std::string&) { return http(200, answer(++asked < 3 ? "refuse" : "allow")); });
  const Run run = guardctl({"check-reinstall", "--socket", server.socket(), "--wait=30"});
  CHECK(run.exit_status == 0);
  CHECK(asked == 3);
  CHECK(run.out.starts_with("ALLOWED"));
  CHECK(has(run.error, "waiting"));
  CHECK(run.took >= std::chrono::milliseconds(1900));

  const FakeServer refusing([](const std::string&) { return http(200, answer("refuse")); });
  const Run over = guardctl({"check-reinstall", "--socket", refusing.socket(), "--wait=0.1", "--json"});
  CHECK(over.exit_status == 1);
  CHECK(refusing.requests().size() == 2);
  CHECK(json::parse(over.out).at("verdict") == "refuse");
  CHECK(guardctl({"check-reinstall", "--socket", refusing.socket(), "--wait=0"}).exit_status == 1);
  CHECK(refusing.requests().size() == 3);
}

TEST_CASE("guardctl: a target that goes away while it waits is no longer asked about") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("data", "");
  const FakeServer server([&](const std::string&) {
    std::filesystem::remove(file);
    return http(200, answer("refuse", "wipe", {file}));
  });
  CHECK(guardctl({"check-wipe", file, "--socket", server.socket(), "--wait=30"}).exit_status == 2);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("guardctl: a target that became another one while it waits is not silently asked about") {
  const TemporaryDirectory directory;
  const std::string first = directory.file("first", "");
  const std::string second = directory.file("second", "");
  const std::string link = directory.path() + "/link";
  std::filesystem::create_symlink(first, link);
  const FakeServer server([&](const std::string&) {
    std::filesystem::remove(link);
    std::filesystem::create_symlink(second, link);
    return http(200, answer("refuse", "wipe", {first}));
  });
  CHECK(guardctl({"check-wipe", link, "--socket", server.socket(), "--wait=30"}).exit_status == 2);
  CHECK(server.requests().size() == 1);
}

}  // namespace
}  // namespace guardd::client::test
