// SPDX-License-Identifier: Apache-2.0
// With the real ssh-keygen: what it takes for a signature to be somebody's approval.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "daemon/approval/approval.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "os/read.hpp"
#include "tests/temporary_directory.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

const std::string challenge = "guardd challenge, version 1\nhost: db1\nnonce: 4k7q-f2mz\n";

/// Keys in a directory of their own, and a signers' file that is root's.
class Keys {
 public:
  Keys() { REQUIRE(::chmod(directory_.path().c_str(), 0755) == 0); }

  /// "TYPE KEY" of the public half.
  std::string make(const std::string& name) {
    run("ssh-keygen -q -t ed25519 -N '' -C '' -f " + directory_.at(name));
    const std::string line = read_file(directory_.at(name + ".pub"), 4096).value();
    return line.substr(0, line.find_last_not_of(" \n") + 1);
  }
  std::string sign(const std::string& key, const std::string& text = challenge, const std::string& space = "guardd") {
    const std::string file = directory_.file("message", text);
    std::filesystem::remove(file + ".sig");
    run("ssh-keygen -q -Y sign -n " + space + " -f " + directory_.at(key) + " " + file);
    return read_file(file + ".sig", 4096).value();
  }
  ApprovalOutput check(const std::string& signers, std::vector<std::string> signatures) {
    const std::string file = directory_.file("allowed_signers", signers);
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    input.allowed_signers = file;
    input.challenge = challenge;
    input.signatures = std::move(signatures);
    return check_approval(input, HostRoot{});
  }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.at(name); }

  ApprovalInput input{.allowed_signers = {}, .challenge = {}, .signatures = {}, .deadline_ms = 60'000};

 private:
  static void run(const std::string& command) { REQUIRE(std::system((command + " </dev/null 2>&1").c_str()) == 0); }
  TemporaryDirectory directory_;
};

bool can_test() { return ::geteuid() == 0 && ::access("/usr/bin/ssh-keygen", X_OK) == 0; }

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a signature over guardd's own bytes is its signer's approval") {
  if (!can_test()) return;
  Keys keys;
  const std::string signers = "# ours\nann " + keys.make("a") + "\nbob " + keys.make("b") + "\n";
  const ApprovalOutput output = keys.check(signers, {keys.sign("a"), keys.sign("b")});
  CHECK(output.refused.empty());
  CHECK(output.problem.empty());
  CHECK_FALSE(output.signers_absent);
  REQUIRE(output.good.size() == 2);
  CHECK(output.good[0].names == Names{"ann"});
  CHECK(output.good[1].names == Names{"bob"});
  CHECK(output.good[0].key != output.good[1].key);
  CHECK(count_people(output.good, 2));
  CHECK_FALSE(output.hostname.empty());
}

TEST_CASE("one signature that is not good refuses them all") {
  if (!can_test()) return;
  Keys keys;
  const std::string ann = keys.make("a");
  const std::string signers = "ann " + ann + "\n";
  keys.make("stranger");
  const std::string good = keys.sign("a");
  std::string bad;
  SECTION("of another text") { bad = keys.sign("a", challenge + "x"); }
  SECTION("of another host's challenge") {
    bad = keys.sign("a", "guardd challenge, version 1\nhost: db2\nnonce: 4k7q-f2mz\n");
  }
  SECTION("in another namespace") { bad = keys.sign("a", challenge, "file"); }
  SECTION("of nobody who may") { bad = keys.sign("stranger"); }
  SECTION("tampered with") {
    bad = good;
    char& c = bad[bad.find("-----END") - 20];
    c = c == 'A' ? 'B' : 'A';
  }
  SECTION("no signature") { bad = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"; }
  SECTION("cut short") { bad = good.substr(0, good.size() / 2); }
  const ApprovalOutput output = keys.check(signers, {good, bad});
  CHECK(output.refused.find("signature 2: ") == 0);
  INFO(output.refused);
  CHECK(output.refused.find("/proc/") == std::string::npos);
  CHECK_FALSE(keys.check(signers, {bad, good}).refused.empty());
}

TEST_CASE("a signers' file that says who may not, or says it for everybody, approves nothing") {
  if (!can_test()) return;
  Keys keys;
  const std::string ann = keys.make("a");
  const std::string good = keys.sign("a");
  CHECK_FALSE(keys.check("* " + ann + "\n", {good}).refused.empty());
  CHECK_FALSE(keys.check("*@example.org " + ann + "\n", {good}).refused.empty());
  CHECK_FALSE(keys.check("ann namespaces=\"git\" " + ann + "\n", {good}).refused.empty());
  CHECK_FALSE(keys.check("ann valid-before=\"20200101\" " + ann + "\n", {good}).refused.empty());
  CHECK_FALSE(keys.check("", {good}).refused.empty());
  CHECK_FALSE(keys.check("no line of such a file\n", {good}).refused.empty());
  CHECK(keys.check("ann namespaces=\"guardd\" " + ann + "\n", {good}).refused.empty());
}

TEST_CASE("one person with two keys, and one key of two people, are one person") {
  if (!can_test()) return;
  Keys keys;
  const std::string a = keys.make("a");
  const std::string b = keys.make("b");
  const std::vector<std::string> both{keys.sign("a"), keys.sign("b")};
  for (const std::string& signers : {"ann " + a + "\nann " + b + "\n", "ann,bob " + a + "\nbob " + b + "\n",
                                     // ssh-keygen names the first line of a key alone.
                                     "ann " + a + "\nbob " + a + "\nbob " + b + "\n",
                                     // Anybody's key may be bob's as well.
                                     "ann " + a + "\n* " + a + "\nbob " + b + "\n"}) {
    INFO(signers);
    const ApprovalOutput output = keys.check(signers, both);
    CHECK(output.refused.empty());
    CHECK_FALSE(count_people(output.good, 2));
    CHECK(count_people(output.good, 1));
  }
  const ApprovalOutput replayed = keys.check("ann " + a + "\nbob " + a + "\n", {both[0], both[0]});
  CHECK_FALSE(count_people(replayed.good, 2));
}

TEST_CASE("where nobody can be asked, why is said") {
  if (!can_test()) return;
  Keys keys;
  ApprovalInput input = keys.input;
  input.allowed_signers = keys.path("none");
  const ApprovalOutput absent = check_approval(input, HostRoot{});
  CHECK(absent.signers_absent);
  CHECK(absent.problem.empty());
  keys.input.ssh_keygen = "/nonexistent/ssh-keygen";
  const ApprovalOutput missing = keys.check("ann " + keys.make("a") + "\n", {});
  CHECK(missing.problem.find("install openssh-client") != std::string::npos);
  input.allowed_signers = "/etc";
  const ApprovalOutput no_file = check_approval(input, HostRoot{});
  CHECK_FALSE(no_file.signers_absent);
  CHECK_FALSE(no_file.problem.empty());
}

TEST_CASE("checking that takes too long approves nothing") {
  if (!can_test()) return;
  Keys keys;
  const std::string ann = keys.make("a");
  const std::string good = keys.sign("a");
  keys.input.deadline_ms = 0;
  const ApprovalOutput output = keys.check("ann " + ann + "\n", {good});
  CHECK(output.good.empty());
  CHECK(output.refused.find("too long") != std::string::npos);
}
