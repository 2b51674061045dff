// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "running_server.hpp"

using namespace guardd;
using namespace guardd::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

bool begins_with(const std::string& text, const std::string& status) {
  return text.starts_with("HTTP/1.1 " + status + " ");
}

/// The answer to one request on a connection of its own, up to the connection's end.
std::string ask(const RunningServer& server, const std::string& request) {
  RawClient client(server.path());
  REQUIRE(client.connected());
  client.send_in_background(request);
  return client.read_all();
}

std::string closing(const std::string& headers = "") { return headers + "Connection: close\r\n"; }

}  // namespace

TEST_CASE("a check is answered as JSON with its length") {
  RunningServer server;
  const std::string answer = ask(server, post("/v1/check", good_check, closing()));
  CHECK(begins_with(answer, "200"));
  CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(answer.find("Content-Length: 14\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n{\"fake\":true}\n"));
  CHECK(server.service.calls == 1);
}

TEST_CASE("a connection is kept for further requests, also for those that came in one piece") {
  RunningServer server;
  RawClient client(server.path());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.send(post("/v1/check", good_check)));
    CHECK(begins_with(client.read_until("true}\n"), "200"));
  }
  REQUIRE(client.send(get("/healthz") + get("/nothing") + get("/healthz", closing())));
  const std::string answers = client.read_all();
  CHECK(answers.find("404 Not Found") != std::string::npos);
  CHECK(answers.ends_with("{\"status\":\"ok\"}\n"));
  CHECK(server.service.calls == 3);
}

TEST_CASE("HTTP/1.0 is answered and closed") {
  RunningServer server;
  const std::string answer = ask(server, "GET /healthz HTTP/1.0\r\n\r\n");
  CHECK(answer.find(" 200 OK\r\n") != std::string::npos);
}

TEST_CASE("a chunked body is a body") {
  RunningServer server;
  const std::string head = "POST /v1/check HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  CHECK(begins_with(
      ask(server, head + "10\r\n" + good_check.substr(0, 16) + "\r\n1b\r\n" + good_check.substr(16) + "\r\n0\r\n\r\n"),
      "200"));
}

TEST_CASE("a body at the bound is read, one beyond it is refused before it is read") {
  RunningServer server;
  const std::string padding(65536 - good_check.size(), ' ');
  CHECK(begins_with(ask(server, post("/v1/check", good_check + padding, closing())), "200"));
  CHECK(begins_with(ask(server, post("/v1/check", good_check + padding + " ")), "413"));
  CHECK(begins_with(ask(server, post("/v1/check", std::string(512 * 1024, ' '))), "413"));
  CHECK(begins_with(ask(server, "POST /v1/check HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"), "413"));
  const std::string chunked = "POST /v1/check HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(begins_with(ask(server, chunked + "10001\r\n" + std::string(65537, ' ') + "\r\n0\r\n\r\n"), "413"));
  CHECK(server.service.calls == 1);
}

TEST_CASE("a header at the bound is read, one beyond it is refused") {
  RunningServer server;
  const auto of_size = [](std::size_t size) {
    const std::string request = get("/healthz", closing("X: \r\n"));
    return get("/healthz", closing("X: " + std::string(size - request.size(), 'x') + "\r\n"));
  };
  CHECK(begins_with(ask(server, of_size(8192)), "200"));
  CHECK(begins_with(ask(server, of_size(8193 + 64)), "431"));
  CHECK(begins_with(ask(server, of_size(300'000)), "431"));
  CHECK(begins_with(ask(server, "GET /" + std::string(100'000, 'a')), "431"));
}

TEST_CASE("what is no HTTP request is a bad request and ends the connection") {
  RunningServer server;
  const std::string requests[] = {
      "hello\r\n\r\n",
      "GET\r\n\r\n",
      "GET /healthz\r\n\r\n",
      "GET /healthz HTTP/9.9\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
      "POST /v1/check HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "POST /v1/check HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
      "POST /v1/check HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      "POST /v1/check HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 a TLS client\r\n\r\n"s,
  };
  for (const std::string& request : requests) {
    INFO(request);
    CHECK(begins_with(ask(server, request), "400"));
  }
  CHECK(server.service.calls == 0);
}

TEST_CASE("malformed questions are refused without asking the service, and the connection goes on") {
  RunningServer server;
  RawClient client(server.path());
  for (const char* body :
       {"", "{", "[[[[[[[[[[[[", R"({"operation": "reinstall"})", R"({"operation": 3, "scope": "host"})"}) {
    REQUIRE(client.send(post("/v1/check", body)));
    CHECK(begins_with(client.read_until("}\n"), "400"));
  }
  REQUIRE(client.send(post("/v1/check", good_check)));
  CHECK(begins_with(client.read_until("}\n"), "200"));
  CHECK(server.service.calls == 1);
}

TEST_CASE("a bug in the service is an error of that request alone") {
  RunningServer server;
  RawClient client(server.path());
  REQUIRE(client.send(get("/v1/policy")));
  CHECK(begins_with(client.read_until("}\n"), "500"));
  REQUIRE(client.send(get("/healthz")));
  CHECK(begins_with(client.read_until("}\n"), "200"));
}

TEST_CASE("slow and silent clients are let go, each after its own time") {
  Server::Options options = RunningServer::default_options();
  options.session.request = 200ms;
  options.session.idle = 400ms;
  RunningServer server(options);

  SECTION("one that says nothing") {
    RawClient client(server.path());
    CHECK(client.closed_within(5s));
  }
  SECTION("one that drips bytes does not gain time by each") {
    RawClient client(server.path());
    const auto began = std::chrono::steady_clock::now();
    bool dropped = false;
    for (const char c : post("/v1/check", std::string(1000, ' '))) {
      dropped = !client.send(std::string(1, c)) || client.closed_within(20ms);
      if (dropped) break;
    }
    CHECK(dropped);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
  }
  SECTION("one that is idle after an answer") {
    RawClient client(server.path());
    REQUIRE(client.send(get("/healthz")));
    CHECK(begins_with(client.read_until("}\n"), "200"));
    CHECK(client.closed_within(5s));
  }
  SECTION("one that stops in the middle of a body") {
    RawClient client(server.path());
    REQUIRE(client.send("POST /v1/check HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"));
    CHECK(client.closed_within(5s));
  }
  CHECK(eventually([&] { return server.connections() == 0; }));
  CHECK(server.service.calls == 0);
}

TEST_CASE("a client that does not read its answer is let go") {
  Server::Options options = RunningServer::default_options();
  options.session.write = 200ms;
  RunningServer server(options);
  server.service.body = std::string(std::size_t{8} * 1024 * 1024, 'x');
  RawClient client(server.path());
  REQUIRE(client.send(post("/v1/check", good_check)));
  CHECK(eventually([&] { return server.service.calls == 1; }));
  CHECK(eventually([&] { return server.connections() == 0; }));
}

TEST_CASE("clients that go at any point leave nothing behind") {
  RunningServer server;
  const std::string request = post("/v1/check", good_check);
  for (std::size_t size = 0; size <= request.size(); ++size) {
    RawClient client(server.path());
    REQUIRE(client.send(request.substr(0, size)));
    client.close();
  }
  CHECK(eventually([&] { return server.connections() == 0; }));
  CHECK(begins_with(ask(server, get("/healthz", closing())), "200"));
}

TEST_CASE("stopping lets those who asked have their answers, and ends idle connections at once") {
  RunningServer server;
  server.service.hold = true;
  RawClient idle(server.path());
  RawClient asking(server.path());
  REQUIRE(asking.send(post("/v1/check", good_check)));
  REQUIRE(eventually([&] { return server.service.calls == 1 && server.connections() == 2; }));
  std::future<void> stopped = server.stop(20s);
  CHECK(idle.closed_within(10s));
  CHECK(eventually([&] { return !RawClient(server.path()).connected(); }));
  CHECK(stopped.wait_for(0s) == std::future_status::timeout);
  server.service.hold = false;
  CHECK(begins_with(asking.read_all(), "200"));
  CHECK(stopped.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("stopping waits for answers only so long") {
  RunningServer server;
  server.service.hold = true;
  RawClient asking(server.path());
  REQUIRE(asking.send(post("/v1/check", good_check)));
  REQUIRE(eventually([&] { return server.service.calls == 1; }));
  std::future<void> stopped = server.stop(100ms);
  CHECK(stopped.wait_for(10s) == std::future_status::ready);
  server.service.hold = false;
  CHECK(asking.read_all().empty());
}
