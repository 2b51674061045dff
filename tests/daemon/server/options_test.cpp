// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

std::variant<Options, int> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "guardd");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

std::string instance(const std::vector<const char*>& arguments, bool root = true) {
  const auto options = std::get<Options>(parse(arguments));
  return instance_name(options, options.socket, root);
}

}  // namespace

TEST_CASE("the defaults are those of the system's daemon") {
  const auto options = std::get<Options>(parse({}));
  CHECK(options.socket == "/run/guardd/guardd.sock");
  CHECK(options.state_dir == "/var/lib/guardd");
  CHECK(options.config == "/etc/guardd/guardd.json");
  REQUIRE(options.policy_directories.size() == 2);
  CHECK(options.policy_directories[0].path == "/usr/share/guardd/policies");
  CHECK_FALSE(options.policy_directories[0].optional);
  CHECK(options.policy_directories[1].path == "/etc/guardd/policies");
  CHECK(options.policy_directories[1].optional);
}

TEST_CASE("policy directories that are given replace the defaults, and none of them may be missing") {
  const auto options = std::get<Options>(parse({"--policy-dir", "/a", "--policy-dir=/b"}));
  REQUIRE(options.policy_directories.size() == 2);
  CHECK(options.policy_directories[0].path == "/a");
  CHECK(options.policy_directories[1].path == "/b");
  CHECK_FALSE(options.policy_directories[1].optional);
}

TEST_CASE("a usage error is exit status 2, a question about guardd itself 0") {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--nonsense"}, {"extra"}, {"--socket"}, {"--log-level", "loud"}, {"--policy-dir", "/a", "/b"}}) {
    CHECK(std::get<int>(parse(arguments)) == 2);
  }
  CHECK(std::get<int>(parse({"--version"})) == 0);
  CHECK(std::get<int>(parse({"--help"})) == 0);
}

TEST_CASE("only root's daemon with every place at its default is the system's") {
  CHECK(instance({}) == "system");
  CHECK(instance({}, false) == "private");
  CHECK(instance({"--log-level", "debug"}) == "system");
  CHECK(instance({"--socket", "/tmp/s"}) == "private");
  CHECK(instance({"--state-dir", "/tmp/s"}) == "private");
  CHECK(instance({"--policy-dir", "/usr/share/guardd/policies"}) == "private");
  // What systemd passed may be bound elsewhere.
  CHECK(instance_name(std::get<Options>(parse({})), "/tmp/other", true) == "private");
}
