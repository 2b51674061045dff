// SPDX-License-Identifier: Apache-2.0
#include "client/event_reader.hpp"

#include <catch2/catch.hpp>

namespace guardd::client {
namespace {

using nlohmann::json;

const std::string header = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/// What comes of the bytes, fed `size` at a time; none after an error.
std::optional<std::vector<json>> read_in_pieces(const std::string& bytes, std::size_t size) {
  EventReader reader;
  std::vector<json> all;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const Result<std::vector<json>> permits = reader.feed(std::string_view(bytes).substr(at, size));
    if (!permits) return std::nullopt;
    all.insert(all.end(), permits->begin(), permits->end());
  }
  return all;
}

TEST_CASE("events come in any pieces") {
  const std::string stream = header +
                             "event: permits\ndata: {\"permits\":[{\"id\":\"p1\"},{\"id\":\"p2\"}]}\n\n: alive\n\n" +
                             "event:permit\r\ndata:{\"what\":\"ended\",\r\ndata: \"permit\":{\"id\":\"p3\"}}\r\n\r\n" +
                             "event: later\ndata: whatever\n\nid: 5\n\nevent: permit\ndata: {\"permit\":";
  const std::vector<json> expected{{{"id", "p1"}}, {{"id", "p2"}}, {{"id", "p3"}}};
  for (std::size_t size = 1; size <= stream.size(); ++size) CHECK(read_in_pieces(stream, size) == expected);
}

TEST_CASE("what is no stream of events is an error") {
  for (const std::string& bytes :
       {std::string("garbage\r\n\r\n"), "HTTP/1.1 404 X\r\nConnection: close\r\n\r\n" + std::string(": x\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n: x"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n: x\r\n"),
        header + "event: permit\ndata: {\n\n", header + "event: permit\ndata: []\n\n",
        header + "event: permit\ndata: {}\n\n", header + "event: permit\ndata: {\"permit\":5}\n\n",
        header + "event: permits\ndata: {\"permits\":[5]}\n\n"}) {
    INFO(bytes);
    CHECK_FALSE(read_in_pieces(bytes, bytes.size()));
  }
}

TEST_CASE("an event has a bound, both sides of it") {
  const std::string start = "data: ";
  const auto with_line = [&](std::size_t bytes) { return header + std::string(bytes, ':'); };
  CHECK(read_in_pieces(with_line(max_event_bytes), 65536));
  CHECK_FALSE(read_in_pieces(with_line(max_event_bytes + 1), 65536));
  const auto with_data = [&](std::size_t bytes) { return header + start + std::string(bytes - 1, 'x') + "\n"; };
  CHECK(read_in_pieces(with_data(max_event_bytes - start.size()), 65536));
  std::string many = header;
  for (int i = 0; i < 17; ++i) many += start + std::string(65536 - 1, 'x') + "\n";
  CHECK_FALSE(read_in_pieces(many, 65536));
}

}  // namespace
}  // namespace guardd::client
