// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy_store.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using guardd::test::TemporaryDirectory;

namespace {

const std::string shipped = GUARDD_SOURCE_DIR "/policies";

void copy_shipped(const TemporaryDirectory& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(shipped)) {
    std::filesystem::copy(entry.path(), directory.path());
  }
}

std::vector<std::string> names(const std::vector<PolicySource>& sources) {
  std::vector<std::string> result;
  for (const PolicySource& source : sources) result.push_back(std::filesystem::path(source.path).filename());
  return result;
}

}  // namespace

TEST_CASE("the shipped policies are a policy") {
  PolicyStore store({{shipped, false}});
  const auto policy = store.load();
  REQUIRE(policy.ok());
  CHECK((*policy)->generation == 1);
  CHECK((*policy)->digest.size() == 7 + 64);
  CHECK((*policy)->services.contains("mysql"));
  CHECK_FALSE((*policy)->required_inspectors.empty());
}

TEST_CASE("policies are the *.json of each directory, by name; schemas and hidden files are none") {
  const TemporaryDirectory directory;
  for (const char* name :
       {"b.json", "a.json", "policy.schema.json", ".#a.json", "a.json~", "README", "c.json.dpkg-new"}) {
    directory.file(name, "{}");
  }
  const auto sources = read_policy_sources({{directory.path(), false}});
  REQUIRE(sources.ok());
  CHECK(names(*sources) == std::vector<std::string>{"a.json", "b.json"});
}

TEST_CASE("a directory that is missing, a file that can't be read, and no file at all are errors") {
  const TemporaryDirectory directory;
  const auto missing = read_policy_sources({{directory.at("none"), false}});
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().message.find("none: No such file or directory; name a directory") != std::string::npos);
  CHECK(read_policy_sources({{directory.at("none"), true}}).error().message.find("--policy-dir") != std::string::npos);
  directory.file("a.json", "{}");
  CHECK(read_policy_sources({{directory.path(), false}, {directory.at("none"), true}}).ok());
  std::filesystem::create_symlink("/nonexistent", directory.at("b.json"));
  CHECK_FALSE(read_policy_sources({{directory.path(), false}}).ok());
  std::filesystem::remove(directory.at("b.json"));
  directory.file("big.json", std::string(1024 * 1024 + 1, ' '));
  CHECK(read_policy_sources({{directory.path(), false}}).error().code == "too_big");
}

TEST_CASE("a FIFO in place of a policy holds nobody up") {
  const TemporaryDirectory directory;
  directory.file("a.json", "{}");
  REQUIRE(::mkfifo(directory.at("b.json").c_str(), 0600) == 0);
  PolicyStore store({{directory.path(), false}});
  CHECK_FALSE(store.load().ok());
}

TEST_CASE("the number of files is bounded") {
  const TemporaryDirectory directory;
  for (int i = 0; i < 256; ++i) directory.file(std::to_string(i) + ".json", "{}");
  CHECK(read_policy_sources({{directory.path(), false}}).ok());
  directory.file("one-more.json", "{}");
  CHECK(read_policy_sources({{directory.path(), false}}).error().code == "too_many");
}

TEST_CASE("the digest tells every other set of names and contents apart") {
  const std::string digest = policy_digest({{"a", "x"}, {"b", "y"}});
  // sha256sum of "1:a1:x1:b1:y"
  CHECK(digest == policy_digest({{"a", "x"}, {"b", "y"}}));
  CHECK(digest != policy_digest({{"a", "x"}, {"b", "z"}}));
  CHECK(digest != policy_digest({{"a", "x"}, {"c", "y"}}));
  CHECK(digest != policy_digest({{"b", "y"}, {"a", "x"}}));
  CHECK(policy_digest({{"a", "1:b"}}) != policy_digest({{"a", ""}, {"b", ""}}));
  CHECK(policy_digest({}) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a policy under which everything would be allowed is none") {
  CHECK(make_policy({{"a.json", "{}"}}).error().code == "no_policy");
}

TEST_CASE("a bad reload keeps the last good generation and says so; a good one replaces it") {
  const TemporaryDirectory directory;
  copy_shipped(directory);
  PolicyStore store({{directory.path(), false}});
  REQUIRE(store.load().ok());
  const auto first = store.current();

  directory.file("site.json", R"({"nonsense": 1})");
  CHECK_FALSE(store.load().ok());
  CHECK(store.current() == first);
  REQUIRE(store.problems().size() == 1);
  CHECK(store.problems()[0].find("site.json: /nonsense") != std::string::npos);

  directory.file("site.json", R"({"protected_paths": ["/srv/precious"]})");
  REQUIRE(store.load().ok());
  CHECK(store.problems().empty());
  CHECK(store.current()->generation == 2);
  CHECK(store.current()->digest != first->digest);
  CHECK(store.current()->protected_paths.contains("/srv/precious"));
}
