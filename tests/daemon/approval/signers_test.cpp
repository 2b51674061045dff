// SPDX-License-Identifier: Apache-2.0
#include "daemon/approval/signers.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "daemon/approval/program.hpp"
#include "daemon/approval/ssh_keygen.hpp"
#include "os/read.hpp"
#include "tests/temporary_directory.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

std::string error_of(const std::string& path) {
  const Result<Fd> signers = open_signers(path);
  return signers ? "" : signers.error().code;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("only what root alone can have written names signers") {
  if (::geteuid() != 0) return;
  const TemporaryDirectory directory;
  const std::string own = directory.directory("guardd");
  REQUIRE(::chmod(own.c_str(), 0755) == 0);
  const std::string file = directory.file("guardd/allowed_signers", "ann ssh-ed25519 AAAA\n");
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const Result<Fd> signers = open_signers(file);
  REQUIRE(signers);
  CHECK(*read_file(path_of(*signers), 100) == "ann ssh-ed25519 AAAA\n");

  for (const mode_t mode : {0664U, 0646U, 0666U}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK(error_of(file) == "unsafe");
  }
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  for (const mode_t mode : {0775U, 0757U, 01777U}) {
    REQUIRE(::chmod(own.c_str(), mode) == 0);
    CHECK(error_of(file) == "unsafe");
  }
  REQUIRE(::chmod(own.c_str(), 0755) == 0);
  REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
  CHECK(error_of(file) == "unsafe");
  REQUIRE(::chown(file.c_str(), 0, 0) == 0);
  REQUIRE(::chown(own.c_str(), 65534, 65534) == 0);
  CHECK(error_of(file) == "unsafe");
  REQUIRE(::chown(own.c_str(), 0, 0) == 0);
  CHECK(error_of(file).empty());
}

TEST_CASE("absent is one thing, and everything else is another") {
  if (::geteuid() != 0) return;
  const TemporaryDirectory directory;
  const std::string file = directory.at("allowed_signers");
  CHECK(error_of(file) == "enoent");
  CHECK(error_of(directory.at("no/such/directory")) == "enoent");
  std::filesystem::create_symlink("/nonexistent", file);
  CHECK(error_of(file) == "eloop");
  std::filesystem::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0644) == 0);
  CHECK(error_of(file) == "unsafe");
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK(error_of(file) == "unsafe");
  std::filesystem::remove(file);
  directory.file("allowed_signers", std::string(max_signers_bytes + 1, '#'));
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  CHECK(error_of(file) == "too_big");
  CHECK(error_of("allowed_signers") == "unsafe");
  CHECK(error_of("/") == "unsafe");
  CHECK(error_of("") == "unsafe");
}

TEST_CASE("principals are names, not patterns") {
  CHECK(parse_principals("ann\nbob@example.org\n") == Names{"ann", "bob@example.org"});
  CHECK(parse_principals("ann") == Names{"ann"});
  CHECK(parse_principals("*\n*@example.org\n!bob\na?n\n-f\n\nann lee\n\x01\n").empty());
  CHECK(parse_principals(std::string(257, 'a') + "\n").empty());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "n" + std::to_string(i) + "\n";
  CHECK(parse_principals(many).size() == max_names);
}

TEST_CASE("a good signature is said in these words") {
  const std::string key = "SHA256:WykQnvgmyLq9IePWsQznzj80KGs4fiSa644h4DLfuUo";
  const std::string good = "Good \"guardd\" signature for ann with ED25519 key " + key + "\n";
  CHECK(parse_verified(good, "ann") == key);
  CHECK_FALSE(parse_verified(good, "bob"));
  CHECK_FALSE(parse_verified(good, "an"));
  CHECK_FALSE(parse_verified(good + good, "ann"));
  CHECK_FALSE(parse_verified("x" + good, "ann"));
  CHECK_FALSE(parse_verified("Good \"git\" signature for ann with ED25519 key " + key, "ann"));
  CHECK_FALSE(parse_verified("Good \"guardd\" signature for ann with ED25519 key MD5:" + key.substr(7), "ann"));
  CHECK_FALSE(parse_verified("Good \"guardd\" signature for ann with ED25519 key " + key.substr(0, 49), "ann"));
  CHECK_FALSE(parse_verified("Good \"guardd\" signature with ED25519 key " + key, "ann"));
  CHECK_FALSE(parse_verified("", ""));
}
