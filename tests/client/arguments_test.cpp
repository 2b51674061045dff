// SPDX-License-Identifier: Apache-2.0
#include "client/arguments.hpp"

#include <catch2/catch.hpp>

namespace guardd::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr CommandSyntax syntaxes[] = {
    {.name = "check-reinstall", .takes = target_option | wait_option},
    {.name = "check-wipe", .takes = wait_option, .operands = true},
    {.name = "check-reboot", .takes = wait_option},
    {.name = "status", .takes = watch_option},
    {.name = "override apply", .takes = signature_option | nonce_option | host_option, .operands = true},
    {.name = "policy check", .operands = true},
    {.name = "policy show"}};

Result<Arguments> parse(const std::vector<std::string_view>& words) { return parse_arguments(words, syntaxes); }

TEST_CASE("common options stand before or after the command") {
  for (const auto& words : {std::vector<std::string_view>{"--json", "--timeout=0.5", "check-reboot"},
                            std::vector<std::string_view>{"check-reboot", "--timeout", "0.5", "--json"}}) {
    const Result<Arguments> arguments = parse(words);
    REQUIRE(arguments);
    CHECK(arguments->command == "check-reboot");
    CHECK(arguments->json);
    CHECK(arguments->timeout == milliseconds(500));
    CHECK_FALSE(arguments->socket_given);
    CHECK(arguments->socket == default_socket);
    CHECK_FALSE(arguments->wait);
  }
}

TEST_CASE("a command of two words, options between them too") {
  CHECK(parse({"policy", "check", "a.json"})->command == "policy check");
  CHECK(parse({"policy", "--json", "show"})->command == "policy show");
  CHECK_FALSE(parse({"policy"}));
  CHECK_FALSE(parse({"policy", "policy"}));
  CHECK_FALSE(parse({"policy", "erase"}));
  CHECK_FALSE(parse({"policy check", "a.json", "--watch"}));
}

TEST_CASE("signatures are many, and what is typed is given once") {
  const auto applied = parse({"override", "apply", "o1", "--signature", "a.sig", "b.sig", "--signature=c.sig"});
  REQUIRE(applied);
  CHECK(applied->signatures == std::vector<std::string>{"a.sig", "c.sig"});
  CHECK(applied->operands == std::vector<std::string>{"o1", "b.sig"});
  const auto typed = parse({"override", "apply", "o1", "--nonce", "4k7q", "--host", "db1"});
  REQUIRE(typed);
  CHECK(typed->nonce == "4k7q");
  CHECK(typed->host == "db1");
  CHECK_FALSE(parse({"override", "apply", "o1", "--nonce", "a", "--nonce", "b"}));
  CHECK_FALSE(parse({"override", "apply", "o1", "--signature="}));
  CHECK_FALSE(parse({"override", "apply"}));
  CHECK_FALSE(parse({"check-reboot", "--host", "db1"}));
}

TEST_CASE("blank shell variables are usage errors everywhere") {
  const std::vector<std::vector<std::string_view>> bad = {
      {""},
      {"", "check-reboot"},
      {"check-reboot", ""},
      {"check-wipe", ""},
      {"check-wipe", "/dev/sda", ""},
      {"check-wipe", "--", ""},
      {"check-wipe"},
      {"check-wipe", "--"},
      {"check-reinstall", "--target"},
      {"check-reinstall", "--target", ""},
      {"check-reinstall", "--target="},
      {"check-reinstall", "--target", "--json"},
      {"check-reboot", "--expect-host", ""},
      {"check-reboot", "--expect-host="},
      {"check-reboot", "--expect-host"},
      {"check-wipe", "--expect-host=", "/dev/sda"},
      {"check-reboot", "--expect-host", "--json"},
      {"check-wipe", "--expect-host", "/dev/sda", "/dev/sdb"},
      {"check-reboot", "--socket", ""},
      {"check-reboot", "--socket="},
      {"check-reboot", "--timeout="},
      {"check-reboot", "--wait="},
  };
  for (const auto& words : bad) {
    const Result<Arguments> arguments = parse(words);
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().code == "usage");
  }
}

TEST_CASE("what is not known or does not belong is a usage error") {
  const std::vector<std::vector<std::string_view>> bad = {
      {},
      {"check"},
      {"check-reinstal"},
      {"check-reboot", "now"},
      {"check-reinstall", "/dev/sda"},
      {"--target", "/dev/sda"},
      {"check-wipe", "--target", "/dev/sda"},
      {"check-wipe", "/dev/sda", "--target", "/dev/sdb"},
      {"check-reboot", "--target=/dev/sda"},
      {"status", "--wait"},
      {"check-reboot", "--watch"},
      {"check-reboot", "--force"},
      {"check-reboot", "-j"},
      {"check-reboot", "--jso"},
      {"check-reboot", "--json=false"},
      {"check-reboot", "--json", "--json"},
      {"check-reboot", "--socket", "/a", "--socket", "/b"},
      {"check-reboot", "--timeout", "1", "--timeout=1"},
  };
  for (const auto& words : bad) {
    INFO((words.empty() ? std::string_view("nothing") : words.back()));
    CHECK_FALSE(parse(words));
  }
}

// An option parser that is too helpful turns one question into another: each of these is a way in which one does.
TEST_CASE("operands are taken as they are") {
  CHECK(parse({"check-wipe", "[a,b]"})->operands == std::vector<std::string>{"[a,b]"});
  CHECK(parse({"check-wipe", "{}", "++"})->operands == std::vector<std::string>{"{}", "++"});
  CHECK(parse({"check-wipe", "check-reboot"})->operands == std::vector<std::string>{"check-reboot"});
  CHECK(parse({"check-wipe", "--", "--json", "--"})->operands == std::vector<std::string>{"--json", "--"});
  CHECK_FALSE(parse({"check-wipe", "--", "--json"})->json);
  CHECK(parse({"check-wipe", "-"})->operands == std::vector<std::string>{"-"});
}

TEST_CASE("--wait swallows no target") {
  const Result<Arguments> arguments = parse({"check-wipe", "--wait", "/dev/sda"});
  REQUIRE(arguments);
  CHECK(arguments->operands == std::vector<std::string>{"/dev/sda"});
  CHECK(arguments->wait == longest_wait);
  CHECK(parse({"check-reboot", "--wait=1.5"})->wait == milliseconds(1500));
  CHECK(parse({"check-reboot", "--wait=0"})->wait == nanoseconds(0));
  CHECK_FALSE(parse({"check-reboot", "--wait", "5"}));
}

TEST_CASE("targets add up") {
  CHECK(parse({"check-reinstall", "--target", "/dev/sda", "--target=/dev/sdb"})->targets ==
        std::vector<std::string>{"/dev/sda", "/dev/sdb"});
}

TEST_CASE("numbers have bounds, both sides of each") {
  CHECK(parse({"check-reboot", "--timeout", "0.001"}));
  CHECK_FALSE(parse({"check-reboot", "--timeout", "0.0009"}));
  CHECK(parse({"check-reboot", "--timeout", "3600"}));
  CHECK_FALSE(parse({"check-reboot", "--timeout", "3600.001"}));
  CHECK(parse({"check-reboot", "--wait=31536000"}));
  CHECK_FALSE(parse({"check-reboot", "--wait=31536001"}));
  for (const std::string_view text : {"", ".", "-1", "+1", "inf", "nan", "1e3", "0x10", "5s", " 5", "1.2.3", "1,5"}) {
    INFO(text);
    CHECK_FALSE(parse_seconds(text, nanoseconds(0), seconds(3600)));
  }
  CHECK(parse_seconds("5", nanoseconds(0), seconds(5)) == seconds(5));
  CHECK(parse_seconds(".25", nanoseconds(0), seconds(5)) == milliseconds(250));
}

TEST_CASE("names have bounds") {
  CHECK(parse({"check-reboot", "--socket", std::string(107, 'a')}));
  CHECK_FALSE(parse({"check-reboot", "--socket", std::string(108, 'a')}));
  CHECK(parse({"check-reboot", "--expect-host", std::string(253, 'a')}));
  CHECK_FALSE(parse({"check-reboot", "--expect-host", std::string(254, 'a')}));
  CHECK_FALSE(parse({"check-reboot", "--expect-host", "db 1"}));
  CHECK_FALSE(parse({"check-reboot", "--expect-host", "db1\n"}));
  CHECK(parse({"check-reboot", "--expect-host", "db-1.example.com"})->expect_host == "db-1.example.com");
}

TEST_CASE("an error shows hostile words harmlessly") {
  const Result<Arguments> arguments = parse({"--\033[2J\n"});
  REQUIRE_FALSE(arguments);
  CHECK(arguments.error().message.find('\033') == std::string::npos);
  CHECK(arguments.error().message.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace guardd::client
