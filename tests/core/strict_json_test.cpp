// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdint>

#include "core/strict_json.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

constexpr JsonLimits wide{.bytes = 1 << 20, .depth = 64, .values = 100'000};

std::string failure(std::string_view text, const JsonLimits& limits = wide) {
  const Result<json> document = parse_json(text, limits);
  return document ? "" : document.error().message;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a document comes out as it was written") {
  const std::string text =
      R"({"a":[1,-2,1.5,true,false,null,"x",{},[]],"b":{"c":{"d":18446744073709551615,"e":-9223372036854775808}}})";
  const Result<json> document = parse_json(text, wide);
  REQUIRE(document.ok());
  CHECK(*document == json::parse(text));
  CHECK(to_text(*document) == text);
}

TEST_CASE("scalars are documents too") {
  for (const char* text : {"1", "\"x\"", "null", "true", " [] "}) CHECK(failure(text).empty());
}

TEST_CASE("duplicate keys are errors wherever they are, with a pointer") {
  CHECK(failure(R"({"a": 1, "a": 1})") == "/a: duplicate key");
  CHECK(failure(R"({"x": [0, {"a": {"b~/": 1, "b~/": 2}}]})") == "/x/1/a/b~0~1: duplicate key");
  CHECK(failure(R"({"a": 1, "\u0061": 2})") == "/a: duplicate key");
  CHECK(failure(R"({"a": {"k": 1}, "b": {"k": 2}})").empty());
  CHECK(failure(R"([{"k": 1}, {"k": 2}])").empty());
}

TEST_CASE("what is no JSON is an error at its byte") {
  for (const char* text :
       {"",       " ",           "{",    "}",    "[1,]",    "{\"a\"}",   "{\"a\":}", "{a:1}",    "{'a':1}",
        "nul",    "01",          "+1",   "1.",   ".5",      "0x1",       "NaN",      "Infinity", "\"\\x\"",
        "\"\n\"", "\"\\ud800\"", "{} x", "{}{}", "[] // x", "[/* x */]", "\"abc",    "[1 2]"}) {
    INFO(text);
    const Result<json> document = parse_json(text, wide);
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().code == "bad_json");
    CHECK(document.error().message.starts_with("byte "));
  }
}

TEST_CASE("a NUL is an error, and does not end the document") {
  using namespace std::string_view_literals;
  CHECK(failure("{}\0{\"a\": 1}"sv) == "byte 2: not JSON, at NUL");
  CHECK(failure("{}\0"sv) == "byte 2: not JSON, at NUL");
  CHECK(failure("\0"sv) == "byte 0: not JSON, at NUL");
  CHECK(failure(R"(["\u0000"])").empty());  // escaped it is a string's content, for whoever reads the string
}

TEST_CASE("bytes that are no UTF-8 are errors, in strings and in keys") {
  for (const char* text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "{\"\x80\": 1}"}) {
    const Result<json> document = parse_json(text, wide);
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().code == "bad_json");
    CHECK(document.error().message.find("\\x") != std::string::npos);  // and safe to print
  }
}

TEST_CASE("numbers that do not fit are errors") {
  CHECK(failure("[18446744073709551615]").empty());
  CHECK(failure("[18446744073709551616]") == "/0: the number does not fit in 64 bits");
  CHECK(failure("[-9223372036854775808]").empty());
  CHECK(failure("{\"a\": -9223372036854775809}") == "/a: the number does not fit in 64 bits");
  CHECK(failure("1e308").empty());
  CHECK(failure("[1e309]") == "byte 6: the number is too large, at '1e309'");
}

TEST_CASE("bytes, depth and values have bounds on both sides") {
  CHECK(failure("12345", {.bytes = 5, .depth = 1, .values = 1}).empty());
  CHECK(failure("123456", {.bytes = 5, .depth = 1, .values = 1}) == "byte 5: more than 5 bytes");

  CHECK(failure(nested(4), {.bytes = 100, .depth = 4, .values = 100}).empty());
  CHECK(failure(nested(5), {.bytes = 100, .depth = 4, .values = 100}) == "/0/0/0/0: deeper than 4");
  CHECK(failure(R"({"a": [{"b": 1}]})", {.bytes = 100, .depth = 3, .values = 100}).empty());
  CHECK(failure(R"({"a": [{"b": 1}]})", {.bytes = 100, .depth = 2, .values = 100}) == "/a/0: deeper than 2");
  CHECK(failure("[[],[],[]]", {.bytes = 100, .depth = 2, .values = 100}).empty());  // depth is left again

  CHECK(failure("[1,2,3]", {.bytes = 100, .depth = 2, .values = 4}).empty());
  CHECK(failure("[1,2,3,4]", {.bytes = 100, .depth = 2, .values = 4}) == "/3: more than 4 values");
  CHECK(failure(R"({"a":1})", {.bytes = 100, .depth = 2, .values = 3}).empty());
  CHECK_FALSE(failure(R"({"a":1})", {.bytes = 100, .depth = 2, .values = 2}).empty());
  for (const char* text : {"[[[]]]", "[1,2,3,4,5,6,7,8]", "1234567890123456789012"}) {
    CHECK(parse_json(text, {.bytes = 20, .depth = 2, .values = 8}).error().code == "too_large");
  }
}

TEST_CASE("a deep document costs no stack") {
  CHECK_FALSE(failure(std::string(1'000'000, '['), wide).empty());
  CHECK_FALSE(failure(std::string(1'000'000, '['), {.bytes = 1 << 20, .depth = 1 << 20, .values = 1 << 21}).empty());
}

TEST_CASE("output is valid UTF-8 whatever went in") {
  CHECK(to_text(json{{"a", "x\xff\ny"}}) == "{\"a\":\"x\xef\xbf\xbd\\ny\"}");
}

TEST_CASE("an object is read strictly") {
  const json object = json::parse(R"({"t": "x", "l": ["a", "b"], "i": 5, "b": true})");
  ObjectReader in(object, "/o");
  CHECK(in.text("t", true) == "x");
  CHECK(in.texts("l") == std::vector<std::string>{"a", "b"});
  CHECK(in.integer("i", 1, 9, 0) == 5);
  CHECK(in.boolean("b", false));
  CHECK(in.text("absent", false).empty());
  CHECK(in.texts("absent").empty());
  CHECK(in.integer("absent", 1, 9, 7) == 7);
  CHECK(in.boolean("absent", true));
  CHECK(in.find("absent") == nullptr);
  CHECK(in.finish().empty());
  CHECK_FALSE(in.failed());
}

TEST_CASE("what an object should not have is named") {
  const auto error = [](const char* text, auto read) {
    const json object = json::parse(text);
    ObjectReader in(object, "/o");
    read(in);
    return in.finish();
  };
  const auto nothing = [](ObjectReader&) {};
  CHECK(error("[]", nothing) == "/o: expected an object, found array");
  CHECK(error(R"({"a/b": 1})", [](ObjectReader& in) { in.find("c"); }) == "/o/a~1b: unknown key, known are: c");
  CHECK(error("{}", [](ObjectReader& in) { in.text("t", true); }) == "/o/t: missing, expected a string");
  CHECK(error(R"({"t": ""})", [](ObjectReader& in) { in.text("t", false); }) == "/o/t: empty string");
  CHECK(error(R"({"t": null})", [](ObjectReader& in) { in.text("t", false); }) ==
        "/o/t: expected a string, found null");
  CHECK(error(R"({"t": "a\u0000b"})", [](ObjectReader& in) { in.text("t", false); }) == "/o/t: NUL in a string");
  CHECK(error(R"({"l": "a"})", [](ObjectReader& in) { in.texts("l"); }) ==
        "/o/l: expected an array of strings, found string");
  CHECK(error(R"({"l": ["a", 1]})", [](ObjectReader& in) { in.texts("l"); }) ==
        "/o/l/1: expected a string, found number");
  CHECK(error(R"({"b": 1})", [](ObjectReader& in) { in.boolean("b", true); }) ==
        "/o/b: expected true or false, found number");
  // The first error stays.
  CHECK(error(R"({"x": 1})", [](ObjectReader& in) { in.text("t", true); }) == "/o/t: missing, expected a string");
}

TEST_CASE("integers have bounds on both sides") {
  const auto error = [](const char* text) {
    const json object = json::parse(text);
    ObjectReader in(object, "");
    in.integer("i", -1, INT64_MAX, 0);
    return in.finish();
  };
  CHECK(error(R"({"i": -1})").empty());
  CHECK(error(R"({"i": 9223372036854775807})").empty());
  const std::string expected = "/i: expected an integer from -1 to 9223372036854775807";
  CHECK(error(R"({"i": -2})") == expected);
  CHECK(error(R"({"i": 9223372036854775808})") == expected);
  CHECK(error(R"({"i": 1.0})") == expected + ", found number");
  CHECK(error(R"({"i": "1"})") == expected + ", found string");
}

TEST_CASE("texts have a bound on both sides") {
  for (const std::size_t size : {ObjectReader::max_text, ObjectReader::max_text + 1}) {
    const json object{{"t", std::string(size, 'a')}};
    ObjectReader in(object, "");
    in.text("t", true);
    CHECK(in.finish() == (size > ObjectReader::max_text ? "/t: longer than 4096 bytes" : ""));
  }
}
