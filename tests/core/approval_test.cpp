// SPDX-License-Identifier: Apache-2.0
#include "core/approval.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace guardd;

namespace {

Challenge some_challenge() {
  return {.host = "db1",
          .machine_id = "0123456789abcdef0123456789abcdef",
          .boot_id = "aaaaaaaa-0000-0000-0000-000000000001",
          .operation = "wipe",
          .subject = {{"scope", "targets"}, {"target", "/dev/sdb, block device 8:16"}},
          .reason = "the disk is dying",
          .by = "ann (uid 1000)",
          .nonce = "4k7q-f2mz",
          .requested_s = 1'800'000'000,
          .valid_s = 900,
          .expires_boot_ms = 1'000'000};
}

using Names = std::vector<std::string>;

/// The names of those who approved; their number where they are not enough.
std::string counted(const std::vector<GoodSignature>& signatures, std::size_t needed) {
  const auto people = count_people(signatures, needed);
  return people ? names_of(*people) : people.error().message;
}

}  // namespace

TEST_CASE("a challenge is these bytes and no others") {
  CHECK(challenge_text(some_challenge()) ==
        "guardd challenge, version 1\n"
        "host: db1\n"
        "machine-id: 0123456789abcdef0123456789abcdef\n"
        "boot-id: aaaaaaaa-0000-0000-0000-000000000001\n"
        "operation: wipe\n"
        "scope: targets\n"
        "target: /dev/sdb, block device 8:16\n"
        "reason: the disk is dying\n"
        "requested-by: ann (uid 1000)\n"
        "requested-at: 2027-01-15T08:00:00Z\n"
        "valid-for: 900 s\n"
        "expires-boot-ms: 1000000\n"
        "nonce: 4k7q-f2mz\n");
}

TEST_CASE("no value of a challenge makes a line of its own, or is cut short") {
  Challenge challenge = some_challenge();
  challenge.reason = "x\noperation: reboot\n\x1b[31m";
  challenge.subject.back().second = "/" + std::string(10'000, '\n') + "end";
  const std::string text = challenge_text(challenge);
  CHECK(std::ranges::count(text, '\n') == 13);
  CHECK(text.find("reason: x\\noperation: reboot\\n\\x1b[31m\n") != std::string::npos);
  CHECK(text.find("\\nend\n") != std::string::npos);
}

TEST_CASE("whatever a challenge says is in what is signed") {
  const std::string text = challenge_text(some_challenge());
  const auto differs = [&](auto change) {
    Challenge other = some_challenge();
    change(other);
    return challenge_text(other) != text;
  };
  CHECK(differs([](Challenge& c) { c.host = "db2"; }));
  CHECK(differs([](Challenge& c) { c.machine_id = "f"; }));
  CHECK(differs([](Challenge& c) { c.boot_id = "b"; }));
  CHECK(differs([](Challenge& c) { c.operation = "reboot"; }));
  CHECK(differs([](Challenge& c) { c.subject.pop_back(); }));
  CHECK(differs([](Challenge& c) { c.subject.back().second = "/dev/sdb, block device 8:32"; }));
  CHECK(differs([](Challenge& c) { c.reason = "another"; }));
  CHECK(differs([](Challenge& c) { c.by = "bob"; }));
  CHECK(differs([](Challenge& c) { c.nonce = "4k7q-f2mx"; }));
  CHECK(differs([](Challenge& c) { c.expires_boot_ms += 1; }));
}

TEST_CASE("two people are two names with two keys") {
  const GoodSignature ann{"SHA256:a", Names{"ann"}};
  const GoodSignature bob{"SHA256:b", Names{"bob"}};
  CHECK(counted({ann, bob}, 2) == "ann and bob");
  CHECK(counted({ann}, 1) == "ann");
  const auto people = count_people({ann, bob}, 2);
  REQUIRE(people);
  CHECK((*people)[1] == Approval{"bob", "SHA256:b"});
}

TEST_CASE("nobody is two people") {
  const GoodSignature ann{"SHA256:a", Names{"ann"}};
  const std::string alone = "it takes the signatures of 2 different people, and these are of 1: ann";
  // Replayed; a second key of hers; one key under two names, in one line of the file or in two.
  CHECK(counted({ann, ann}, 2) == alone);
  CHECK(counted({ann, {"SHA256:a2", Names{"ann"}}}, 2) == alone);
  CHECK(counted({ann, {"SHA256:a", Names{"bob"}}}, 2) == alone);
  CHECK(counted({{"SHA256:a", Names{"ann", "bob"}}, {"SHA256:a", Names{"bob", "ann"}}}, 2) == alone);
  // Bob's own key, and one that is listed as both hers and his: it may be he who has both.
  CHECK(counted({{"SHA256:a", Names{"ann", "bob"}}, {"SHA256:b", Names{"bob"}}}, 2) == alone);
}

TEST_CASE("who is joined by a third signature is one person, in whatever order they come") {
  std::vector<GoodSignature> all{
      {"SHA256:a", Names{"ann"}}, {"SHA256:b", Names{"bob"}}, {"SHA256:c", Names{"ann", "bob"}}};
  for (int i = 0; i < 3; ++i) {
    std::rotate(all.begin(), all.begin() + 1, all.end());
    CHECK_FALSE(count_people(all, 2));
    CHECK(count_people(all, 1));
  }
  all.push_back({"SHA256:d", Names{"dan"}});
  CHECK(count_people(all, 2));
}

TEST_CASE("nothing approves nothing, whatever is needed") {
  CHECK_FALSE(count_people({}, 0));
  CHECK_FALSE(count_people({}, 1));
  CHECK_FALSE(count_people({{"", Names{"ann"}}, {"SHA256:b", Names{}}}, 1));
}
