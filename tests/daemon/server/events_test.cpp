// SPDX-License-Identifier: Apache-2.0
// GET /v1/events: server-sent events to whoever listens, for as long as he does.
#include "daemon/server/event_stream.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/daemon/server/running_server.hpp"

using namespace guardd;
using namespace guardd::test;
using namespace std::chrono_literals;

namespace {

/// What `next` gives, each within 50 ms.
std::optional<std::string> next(asio::io_context& loop, EventStream& stream) {
  std::optional<std::string> given;
  asio::co_spawn(loop, stream.next(50ms),
                 [&](const std::exception_ptr&, std::optional<std::string> bytes) { given = std::move(bytes); });
  loop.restart();
  loop.run();
  return given;
}

Server::Options quick_comments() {
  Server::Options options = RunningServer::default_options();
  options.session.event_pause = 20ms;
  options.session.write = 200ms;
  return options;
}

}  // namespace

TEST_CASE("an event is told once, in the order of its coming, and silence is a comment") {
  asio::io_context loop;
  EventStream stream(loop.get_executor());
  stream.push("permit", {{"what", "a\nb"}});
  stream.push("permit", 2);
  CHECK(next(loop, stream) == "event: permit\ndata: {\"what\":\"a\\nb\"}\n\n");
  CHECK(next(loop, stream) == "event: permit\ndata: 2\n\n");
  CHECK(next(loop, stream) == ": alive\n\n");
}

TEST_CASE("who does not read is let go at the bound, and told nothing more") {
  asio::io_context loop;
  EventStream reads(loop.get_executor());
  for (std::size_t i = 0; i < EventStream::most; ++i) reads.push("x", i);
  CHECK(next(loop, reads) == "event: x\ndata: 0\n\n");
  EventStream sleeps(loop.get_executor());
  for (std::size_t i = 0; i <= EventStream::most; ++i) sleeps.push("x", i);
  CHECK_FALSE(next(loop, sleeps));
  sleeps.push("x", 1);
  CHECK_FALSE(next(loop, sleeps));
}

TEST_CASE("each listener hears of its topic, and of everything without one") {
  asio::io_context loop;
  Events events(loop.get_executor());
  const auto all = events.listen("");
  const auto one = events.listen("p1");
  auto gone = events.listen("p1");
  gone.reset();
  events.publish("permit", 1, "p1");
  events.publish("permit", 2, "p2");
  CHECK(next(loop, *one) == "event: permit\ndata: 1\n\n");
  CHECK(next(loop, *one) == ": alive\n\n");
  CHECK(next(loop, *all) == "event: permit\ndata: 1\n\n");
  CHECK(next(loop, *all) == "event: permit\ndata: 2\n\n");
  events.close();
  CHECK_FALSE(next(loop, *all));
}

TEST_CASE("a listener hears on his connection, which ends with the stream and not before") {
  RunningServer server(quick_comments());
  RawClient client(server.path());
  REQUIRE(client.send(get("/v1/events?permit=p1")));
  const std::string head = client.read_until("data: \"first\"");
  CHECK(head.starts_with("HTTP/1.1 200"));
  CHECK(head.find("text/event-stream") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("event: hello\ndata: \"first\"") != std::string::npos);
  CHECK(client.read_until(": alive").find(": alive") != std::string::npos);
  server.service.close_events();
  CHECK(client.closed_within(10s));
}

TEST_CASE("a listener that goes leaves nothing behind") {
  RunningServer server(quick_comments());
  RawClient client(server.path());
  REQUIRE(client.send(get("/v1/events")));
  REQUIRE(client.read_until("data: ").find("data: ") != std::string::npos);
  CHECK(server.connections() == 1);
  client.close();
  CHECK(eventually([&] { return server.connections() == 0; }));
}
