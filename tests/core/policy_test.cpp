// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/policy.hpp"
#include "core/policy_check.hpp"
#include "tests/core/policy_files.hpp"

using namespace guardd;
using namespace guardd::test;

TEST_CASE("the good corpus parses, and merges with what is shipped") {
  for (const fs::path& path : files_in(source_dir / "tests/policies/good", ".json")) {
    INFO(path.filename());
    std::vector<PolicyFile> files = shipped_files();
    files.push_back(parsed(path.filename(), content(path)));
    const Result<Policy> policy = merge_policies(files);
    CHECK(policy.ok());
    if (!policy) WARN(policy.error().message);
  }
}

TEST_CASE("every file of the bad corpus fails with the error beside it") {
  for (const fs::path& path : files_in(source_dir / "tests/policies/bad", ".json")) {
    std::string expected = content(fs::path(path).replace_extension(".expect"));
    while (expected.ends_with('\n')) expected.pop_back();
    INFO(path.filename() << " expects: " << expected);
    std::string error;
    if (const Result<PolicyFile> file = parse_policy(path.filename().string(), content(path)); !file) {
      error = file.error().message;
    } else {
      std::vector<PolicyFile> files = shipped_files();
      files.push_back(*file);
      if (const Result<Policy> policy = merge_policies(files); !policy) error = policy.error().message;
    }
    CHECK(error == path.filename().string() + ": " + expected);
  }
}

TEST_CASE("the order of the files changes nothing") {
  std::vector<PolicyFile> files{
      parsed("a.json", R"({"services": {"x": {"executables": ["x", "a"], "ports": [9, 1], "markers": [["m", "b"]]}},
                           "rules": {"r": {"fact": "dataset.active", "refuses": ["wipe"], "services": ["x"],
                                           "remedy": "ask b"}},
                           "freshness_ms": 500, "system_mounts": ["/a"],
                           "exceptions": [{"except": {"path": "/p"}, "reason": "one"}]})"),
      parsed("b.json",
             R"({"services": {"x": {"executables": ["a"], "markers": [["b", "m"], ["c"]], "role_probe": "mysql"},
                                        "y": {"data_files": ["*.yyy"]}},
                           "rules": {"r": {"fact": "dataset.active", "refuses": ["reinstall"], "services": ["y"],
                                           "remedy": "ask a"}},
                           "freshness_ms": 100})"),
      parsed("c.json", R"({"rules": {"s": {"fact": "path.protected", "refuses": ["reboot"]}},
                           "exceptions": [{"except": {"service": "y", "rule": "r"}, "reason": "two"}],
                           "protected_paths": ["/q"], "required_inspectors": ["boot"]})")};
  const Policy first = merged(files);
  std::vector<std::size_t> order{0, 1, 2};
  while (std::ranges::next_permutation(order).found) {
    const std::vector<PolicyFile> permuted{files[order[0]], files[order[1]], files[order[2]]};
    CHECK(merged(permuted) == first);
  }
  const Policy policy = merged(files);
  const Recognition& x = policy.services.at("x");
  CHECK(x.executables == std::vector<std::string>{"a", "x"});
  CHECK(x.ports == std::vector<std::uint16_t>{1, 9});
  CHECK(x.markers == std::vector<std::vector<std::string>>{{"b", "m"}, {"c"}});
  CHECK(x.role_probe == "mysql");
  const Rule& rule = policy.rules.at("r");
  CHECK(rule.refuses == std::set{Operation::reinstall, Operation::wipe});
  CHECK(rule.services == std::vector<std::string>{"x", "y"});
  CHECK(rule.remedy == "ask a; ask b");
  CHECK(policy.freshness_ms == 100);
  CHECK(policy.exceptions.size() == 2);
  CHECK(policy.recognitions().size() == 2);
}

TEST_CASE("the order of the files does not change the error either") {
  const PolicyFile a = parsed("a.json", R"({"rules": {"r": {"fact": "role.primary", "refuses": ["wipe"]}}})");
  const PolicyFile b = parsed("b.json", R"({"rules": {"r": {"fact": "role.unknown", "refuses": ["wipe"]}}})");
  const std::string want = "b.json: /rules/r/fact: another file says 'role.primary', this one 'role.unknown'";
  CHECK(merge_policies({a, b}).error().message == want);
  CHECK(merge_policies({b, a}).error().message == want);
}

TEST_CASE("a rule about every service wins over one about some") {
  const PolicyFile some = parsed("a.json", R"({"services": {"x": {"executables": ["x"]}}, "rules":
      {"r": {"fact": "dataset.active", "refuses": ["wipe"], "services": ["x"]}}})");
  const PolicyFile all = parsed("b.json", R"({"rules": {"r": {"fact": "dataset.active", "refuses": ["wipe"]}}})");
  CHECK(merged({some, all}).rules.at("r").services.empty());
  CHECK(merged({all, some}).rules.at("r").services.empty());
}

TEST_CASE("executables without arguments are wider than the same with") {
  const PolicyFile java =
      parsed("a.json", R"({"services": {"x": {"executables": ["java"], "argument_contains": ["X"]}}})");
  const PolicyFile bare = parsed("b.json", R"({"services": {"x": {"executables": ["x"]}}})");
  const PolicyFile marks = parsed("c.json", R"({"services": {"x": {"markers": [["m"]]}}})");
  CHECK(merged({java, bare}).services.at("x").argument_contains.empty());
  CHECK(merged({bare, java}).services.at("x").argument_contains.empty());
  CHECK(merged({java, marks}).services.at("x").argument_contains == std::vector<std::string>{"X"});
  CHECK(merged({marks, java}).services.at("x").argument_contains == std::vector<std::string>{"X"});
}

TEST_CASE("a site's file can't take away what the floor says") {
  std::vector<PolicyFile> files = shipped_files();
  const Policy floor = merged(files);
  files.push_back(parsed("site.json", R"({"services": {"mysql": {"executables": ["mysqld-site"]}},
      "rules": {"data/active": {"fact": "dataset.active", "refuses": ["reboot"], "services": ["mysql"]}},
      "required_inspectors": [], "system_mounts": [], "freshness_ms": 60000})"));
  const Policy policy = merged(files);
  CHECK(policy.rules.at("data/active").services.empty());
  CHECK(policy.rules.at("data/active").refuses.size() == 3);
  CHECK(policy.required_inspectors == floor.required_inspectors);
  CHECK(policy.services.at("mysql").executables.size() == floor.services.at("mysql").executables.size() + 1);
  CHECK(policy.services.at("mysql").markers == floor.services.at("mysql").markers);
}

TEST_CASE("freshness has bounds on both sides, and a default") {
  CHECK(merged({parsed("a", "{}")}).freshness_ms == 1000);
  CHECK(merged({parsed("a", R"({"freshness_ms": 100})")}).freshness_ms == 100);
  CHECK(merged({parsed("a", R"({"freshness_ms": 60000})")}).freshness_ms == 60000);
  const std::string expected = "f.json: /freshness_ms: expected an integer from 100 to 60000";
  CHECK(parse_failure(R"({"freshness_ms": 99})") == expected);
  CHECK(parse_failure(R"({"freshness_ms": 60001})") == expected);
  CHECK(parse_failure(R"({"freshness_ms": 18446744073709551615})") == expected);
  CHECK(parse_failure(R"({"freshness_ms": 1000.0})") == expected + ", found number");
}

TEST_CASE("lists, files and texts have bounds on both sides") {
  const auto mounts = [](std::size_t count) {
    nlohmann::json document{{"system_mounts", nlohmann::json::array()}};
    for (std::size_t i = 0; i < count; ++i) document["system_mounts"].push_back("/m" + std::to_string(i));
    return document.dump();
  };
  CHECK(parse_failure(mounts(max_policy_list)).empty());
  CHECK(parse_failure(mounts(max_policy_list + 1)) == "f.json: /system_mounts: more than 1024 entries");

  const auto padded = [](std::size_t size) { return "{}" + std::string(size - 2, ' '); };
  CHECK(parse_failure(padded(policy_limits.bytes)).empty());
  CHECK(parse_failure(padded(policy_limits.bytes + 1)) == "f.json: byte 1048576: more than 1048576 bytes");
  CHECK(parse_policy("f", padded(policy_limits.bytes + 1)).error().code == "too_large");

  const auto path = [](std::size_t size) { return R"({"protected_paths": ["/)" + std::string(size - 1, 'a') + "\"]}"; };
  CHECK(parse_failure(path(ObjectReader::max_text)).empty());
  CHECK(parse_failure(path(ObjectReader::max_text + 1)) == "f.json: /protected_paths/0: longer than 4096 bytes");
}

TEST_CASE("times are RFC 3339 in UTC and nothing else") {
  using policy_check::parse_utc;
  CHECK(parse_utc("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_utc("2030-01-31T23:59:59Z") == 1896134399);
  CHECK(parse_utc("2024-02-29T00:00:00Z") == 1709164800);
  for (const char* wrong :
       {"", "2030-01-31", "2030-01-31T23:59:59", "2030-01-31T23:59:59+00:00", "2030-13-01T00:00:00Z",
        "2023-02-29T00:00:00Z", "2030-00-01T00:00:00Z", "2030-01-00T00:00:00Z", "2030-01-31T24:00:00Z",
        "2030-01-31T00:60:00Z", "2030-01-31T00:00:60Z", "2030-01-31t00:00:00z", "-030-01-31T00:00:00Z",
        "2030-01-31T00:00:00Z "}) {
    INFO(wrong);
    CHECK_FALSE(parse_utc(wrong));
  }
}
