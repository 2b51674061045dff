// SPDX-License-Identifier: Apache-2.0
#include "client/http.hpp"

#include <catch2/catch.hpp>

namespace guardd::client {
namespace {

std::string with_body(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_CASE("an answer is complete at its last byte, however it is cut") {
  const std::string bytes = with_body("{\"verdict\":\"allow\"}");
  for (std::size_t first = 1; first < bytes.size(); ++first) {
    ResponseReader reader;
    const Result<bool> half = reader.feed(std::string_view(bytes).substr(0, first));
    REQUIRE(half);
    CHECK_FALSE(*half);
    const Result<bool> whole = reader.feed(std::string_view(bytes).substr(first));
    REQUIRE(whole);
    REQUIRE(*whole);
    const HttpResponse response = reader.take();
    CHECK(response.status == 200);
    CHECK(response.body == "{\"verdict\":\"allow\"}");
    CHECK(response.keep_alive);
  }
}

TEST_CASE("one byte at a time, and chunked") {
  ResponseReader reader;
  const std::string bytes =
      "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    const Result<bool> more = reader.feed(std::string_view(bytes).substr(i, 1));
    REQUIRE(more);
    REQUIRE_FALSE(*more);
  }
  REQUIRE(*reader.feed("\n"));
  const HttpResponse response = reader.take();
  CHECK(response.status == 503);
  CHECK(response.body == "abc");
  CHECK_FALSE(response.keep_alive);
}

TEST_CASE("what is no whole answer of a known length is an error") {
  for (const std::string& bytes : std::vector<std::string>{
           "garbage\r\n\r\n", "{\"verdict\":\"allow\"}\n", std::string("\0\0\0\0\r\n\r\n", 8),
           "HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}more", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    INFO(bytes);
    ResponseReader reader;
    CHECK_FALSE(reader.feed(bytes));
  }
}

TEST_CASE("bodies and headers have bounds, both sides") {
  ResponseReader fits;
  REQUIRE(fits.feed("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(max_body_bytes) + "\r\n\r\n"));
  ResponseReader too_long;
  CHECK_FALSE(too_long.feed("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(max_body_bytes + 1) + "\r\n\r\n"));

  const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ";
  ResponseReader header_fits;
  REQUIRE(header_fits.feed(start + std::string(max_header_bytes - start.size() - 4, 'x') + "\r\n\r\n{}"));
  ResponseReader header_too_long;
  CHECK_FALSE(header_too_long.feed(start + std::string(max_header_bytes, 'x') + "\r\n\r\n{}"));
}

TEST_CASE("an endless chunked body ends at the bound") {
  ResponseReader reader;
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  std::size_t taken = 0;
  while (taken <= max_body_bytes && reader.feed(chunk)) taken += 0x10000;
  CHECK(taken == max_body_bytes);
}

TEST_CASE("a request says its length") {
  CHECK(to_bytes({"POST", "/v1/check", "{}"}).ends_with("\r\nContent-Length: 2\r\n\r\n{}"));
  CHECK(to_bytes({"GET", "/v1/status"}).starts_with("GET /v1/status HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace guardd::client
