// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/cbor.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using guardd::CborLimits;
using guardd::parse_cbor;
using nlohmann::json;

namespace {

/// `depth` arrays within one another, the innermost empty.
std::vector<std::uint8_t> nested(std::size_t depth) {
  std::vector<std::uint8_t> bytes(depth - 1, 0x81);
  bytes.push_back(0x80);
  return bytes;
}

}  // namespace

TEST_CASE("what was written is read, bytes that are no UTF-8 as well") {
  const json document{{"path", "/a\n\xff\xfe"}, {"numbers", {1, -2, 3.5}}, {"none", nullptr}, {"yes", true}};
  const auto parsed = parse_cbor(json::to_cbor(document));
  REQUIRE(parsed.ok());
  CHECK(*parsed == document);
}

TEST_CASE("depth is bounded before anything is built") {
  const CborLimits limits{.bytes = 1 << 24, .depth = 16, .values = 1000};
  CHECK(parse_cbor(nested(16), limits).ok());
  CHECK(parse_cbor(nested(17), limits).error().code == "malformed");
  CHECK(parse_cbor(nested(15'000'000), limits).error().message == "too deep");
}

TEST_CASE("the number of values and of bytes is bounded") {
  const auto of_values = [](std::size_t count) { return json::to_cbor(json(std::vector<int>(count - 1, 1))); };
  const CborLimits limits{.bytes = 1024, .depth = 4, .values = 100};
  CHECK(parse_cbor(of_values(100), limits).ok());
  CHECK(parse_cbor(of_values(101), limits).error().message == "too many values");
  const auto of_bytes = [](std::size_t size) { return json::to_cbor(json(std::string(size - 3, 'x'))); };
  CHECK(parse_cbor(of_bytes(1024), limits).ok());
  CHECK_FALSE(parse_cbor(of_bytes(1025), limits).ok());
}

TEST_CASE("anything but one whole document is malformed") {
  const std::vector<std::uint8_t> good = json::to_cbor({{"a", {1, 2, 3}}, {"b", "text"}});
  REQUIRE(parse_cbor(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(parse_cbor(std::span(good).first(size)).ok());
  }
  std::vector<std::uint8_t> more = good;
  more.push_back(0);
  CHECK_FALSE(parse_cbor(more).ok());
  // A length that the bytes can't hold: 2^62 elements, and a string of 2^63 bytes.
  CHECK_FALSE(parse_cbor(std::vector<std::uint8_t>{0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0}).ok());
  CHECK_FALSE(parse_cbor(std::vector<std::uint8_t>{0x7b, 0x80, 0, 0, 0, 0, 0, 0, 0}).ok());
}
