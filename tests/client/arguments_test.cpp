// SPDX-License-Identifier: Apache-2.0
#include "client/arguments.hpp"

#include <catch2/catch.hpp>

#include "client/option_values.hpp"

namespace guardd::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr CommandSyntax syntaxes[] = {
    {.name = "check-reinstall", .takes = target_option | wait_option},
    {.name = "check-wipe", .takes = wait_option, .operands = Operands::some},
    {.name = "check-reboot", .takes = wait_option},
    {.name = "status", .takes = watch_option},
    {.name = "override apply", .takes = signature_option | nonce_option | host_option, .operands = Operands::some},
    {.name = "policy check", .operands = Operands::some},
    {.name = "policy show"},
    {.name = "permit acquire",
     .takes = holder_option | valid_option,
     .wants = holder_option,
     .operands = Operands::one},
    {.name = "permit end", .takes = status_option, .operands = Operands::one},
    {.name = "exec",
     .takes = target_option | stop_on_revoke_option | verdict_file_option,
     .operands = Operands::one,
     .runs_rest = true},
    {.name = "check-start", .takes = state_dir_option, .operands = Operands::one}};

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

TEST_CASE("everything behind -- belongs to what exec runs, untouched") {
  const auto arguments = parse({"exec", "wipe", "--target=/dev/sda", "--json", "--", "dd", "--json", "", "--", "-x"});
  REQUIRE(arguments);
  CHECK(arguments->operands == std::vector<std::string>{"wipe"});
  CHECK(arguments->rest == std::vector<std::string>{"dd", "--json", "", "--", "-x"});
  CHECK(arguments->json);
  CHECK(parse({"--quiet", "exec", "wipe", "--", "check-reboot"})->rest == std::vector<std::string>{"check-reboot"});
  const std::vector<std::vector<std::string_view>> bad = {
      {"exec", "wipe"},
      {"exec", "wipe", "true"},
      {"exec", "wipe", "--"},
      {"exec", "wipe", "--", ""},
      {"exec", "wipe", "", "--", "true"},
      {"exec", "", "--", "true"},
      {"exec", "--", "true"},
      {"exec", "wipe", "reboot", "--", "true"},
      {"--", "exec", "wipe", "true"},
      {"exec", "--target", "--", "true"},
      {"exec", "wipe", "--target", "--", "true"},
      {"exec", "wipe", "--stop-on-revoke=yes", "--", "true"},
      {"exec", "wipe", "--verdict-file=", "--", "true"},
      {"exec", "wipe", "--verdict-file", "a", "--verdict-file", "b", "--", "true"},
      {"exec", "wipe", "--holder", "1", "--", "true"},
  };
  for (const auto& words : bad) {
    INFO(words.back());
    CHECK_FALSE(parse(words));
  }
}

TEST_CASE("a command of one operand takes one") {
  CHECK(parse({"check-start", "mariadb.service"})->operands == std::vector<std::string>{"mariadb.service"});
  CHECK(parse({"check-start", "--state-dir", "/x", "a"})->state_dir == "/x");
  CHECK(parse({"check-start", "a"})->state_dir == default_state_dir);
  CHECK_FALSE(parse({"check-start"}));
  CHECK_FALSE(parse({"check-start", ""}));
  CHECK_FALSE(parse({"check-start", "--", ""}));
  CHECK_FALSE(parse({"check-start", "a", "b"}));
  CHECK_FALSE(parse({"permit", "end", "p1", "p2"}));
}

TEST_CASE("permits' numbers have bounds, both sides of each") {
  const auto acquire = [](std::string_view option) {
    return parse({"permit", "acquire", "wipe", "--holder=1", option});
  };
  CHECK(acquire("--valid=1")->valid_s == 1);
  CHECK(acquire("--valid=86400")->valid_s == 86400);
  for (const char* bad : {"--valid=0", "--valid=86401", "--valid=-1", "--valid=1.5", "--valid=1s", "--valid= 1"}) {
    INFO(bad);
    CHECK_FALSE(acquire(bad));
  }
  const auto holder = [](std::string_view option) { return parse({"permit", "acquire", "wipe", option}); };
  CHECK(holder("--holder=1")->holder == 1);
  CHECK(holder("--holder=4194304")->holder == 4194304);
  for (const char* bad :
       {"--holder=0", "--holder=4194305", "--holder=-1", "--holder=$$", "--holder=99999999999999999999"})
    CHECK_FALSE(holder(bad));
  CHECK_FALSE(parse({"permit", "acquire", "wipe"}));
  const auto end = [](std::string_view option) { return parse({"permit", "end", "p1", option}); };
  CHECK(end("--status=0")->status == 0);
  CHECK(end("--status=255")->status == 255);
  CHECK_FALSE(parse({"permit", "end", "p1"})->status);
  for (const char* bad : {"--status=256", "--status=-1", "--status=+1", "--status=x"}) CHECK_FALSE(end(bad));
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
