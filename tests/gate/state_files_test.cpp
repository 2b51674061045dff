// SPDX-License-Identifier: Apache-2.0
#include "gate/state_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gate/waiting.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::gate::test {
namespace {

using guardd::test::TemporaryDirectory;
using Files = std::vector<std::pair<std::string, std::string>>;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

unsigned mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

TEST_CASE("a file is written whole with its directory, has its mode, and is replaced") {
  const TemporaryDirectory directory;
  const std::string place = directory.at("permits");
  const mode_t old = ::umask(0077);
  for (const bool durable : {false, true}) {
    REQUIRE(write_state_file(place, "p1", "one", 0644, durable));
    REQUIRE(write_state_file(place, "p2", "two", 0600, durable));
  }
  ::umask(old);
  CHECK(mode_of(place) == 0755);
  CHECK(mode_of(place + "/p1") == 0644);
  CHECK(mode_of(place + "/p2") == 0600);
  REQUIRE(write_state_file(place, "p1", "another", 0644, true));
  const StateFiles read = read_state_files(place);
  CHECK(read.files == Files{{"p1", "another"}, {"p2", "two"}});
  CHECK(read.problems.empty());
  CHECK(std::distance(std::filesystem::directory_iterator(place), {}) == 2);
}

TEST_CASE("what is not there is empty, and removed already") {
  const TemporaryDirectory directory;
  const StateFiles read = read_state_files(directory.at("none"));
  CHECK(read.files.empty());
  CHECK(read.problems.empty());
  CHECK(remove_state_file(directory.at("none"), "p1", true));
  REQUIRE(write_state_file(directory.at("some"), "p1", "x", 0644, false));
  CHECK(remove_state_file(directory.at("some"), "p2", true));
  CHECK(remove_state_file(directory.at("some"), "p1", true));
  CHECK(read_state_files(directory.at("some")).files.empty());
}

TEST_CASE("a name never leaves the directory, nor hides") {
  const TemporaryDirectory directory;
  for (const char* name : {"", ".", "..", ".hidden", "../up", "a/b"}) {
    INFO(name);
    const Result<bool> written = write_state_file(directory.at("d"), name, "x", 0644, false);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == "bad_name");
    CHECK_FALSE(remove_state_file(directory.path(), name, false));
  }
  CHECK_FALSE(std::filesystem::exists(directory.at("d")));
  CHECK(write_state_file(directory.path(), std::string(255, 'a'), "x", 0644, true));
  CHECK_FALSE(write_state_file(directory.path(), std::string(256, 'a'), "x", 0644, true));
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("a torn file of a writer that died is not read, and its name serves the next one") {
  const TemporaryDirectory directory;
  directory.file(".new-" + std::to_string(::gettid()), "{\"torn");
  directory.file(".new-1", "{\"torn");
  CHECK(read_state_files(directory.path()).files.empty());
  REQUIRE(write_state_file(directory.path(), "p1", "whole", 0644, false));
  CHECK(read_state_files(directory.path()).files == Files{{"p1", "whole"}});
}

TEST_CASE("a write replaces a link, and never what it points to") {
  const TemporaryDirectory directory;
  const std::string victim = directory.file("victim", "precious");
  directory.link("d/p1", victim);
  directory.link("d/.new-" + std::to_string(::gettid()), victim);
  REQUIRE(write_state_file(directory.at("d"), "p1", "new", 0644, false));
  CHECK(content(victim) == "precious");
  CHECK(read_state_files(directory.at("d")).files == Files{{"p1", "new"}});
  directory.link("linked", directory.at("d"));
  CHECK_FALSE(write_state_file(directory.at("linked"), "p2", "new", 0644, false));
  CHECK(read_state_files(directory.at("linked")).problems.size() == 1);
}

TEST_CASE("a write that fails leaves what was there") {
  const TemporaryDirectory directory;
  directory.directory("d/p1");
  CHECK_FALSE(write_state_file(directory.at("d"), "p1", "x", 0644, true));
  CHECK(std::distance(std::filesystem::directory_iterator(directory.at("d")), {}) == 1);
}

TEST_CASE("hostile entries are problems, one each, and hide none of the others") {
  const TemporaryDirectory directory;
  directory.file("good", "{}");
  directory.file("secret/s", "secret");
  directory.link("link", directory.at("secret/s"));
  directory.link("dangling", "/nowhere");
  REQUIRE(::mkfifo(directory.at("fifo").c_str(), 0644) == 0);
  directory.file("new\nline", std::string(max_state_file + 1, 'x'));
  const StateFiles read = read_state_files(directory.path());
  CHECK(read.files == Files{{"good", "{}"}});
  CHECK(read.problems.size() == 5);  // with the directory "secret"
  for (const std::string& problem : read.problems) CHECK(problem.find('\n') == std::string::npos);
}

TEST_CASE("a file's size has a bound, both sides of it") {
  const TemporaryDirectory directory;
  directory.file("longest", std::string(max_state_file, 'x'));
  CHECK(read_state_files(directory.path()).files.size() == 1);
  directory.file("longer", std::string(max_state_file + 1, 'x'));
  const StateFiles read = read_state_files(directory.path());
  CHECK(read.files.size() == 1);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems[0].starts_with(directory.at("longer")));
  CHECK(write_state_file(directory.path(), "w", std::string(max_state_file, 'x'), 0644, false));
  CHECK_FALSE(write_state_file(directory.path(), "w", std::string(max_state_file + 1, 'x'), 0644, false));
}

TEST_CASE("the number of files has a bound, both sides of it") {
  const TemporaryDirectory directory;
  for (std::size_t i = 0; i < max_state_files; ++i) directory.file(std::to_string(i), "");
  StateFiles read = read_state_files(directory.path());
  CHECK(read.files.size() == max_state_files);
  CHECK(read.problems.empty());
  directory.file("one-more", "");
  read = read_state_files(directory.path());
  CHECK(read.files.size() == max_state_files);
  CHECK(read.problems.size() == 1);
}

TEST_CASE("what somebody else made is not believed") {
  if (::geteuid() != 0) {
    WARN("not root: files of another user are not tried");
    return;
  }
  const TemporaryDirectory directory;
  directory.file("d/own", "x");
  REQUIRE(::chown(directory.file("d/foreign").c_str(), 12345, 12345) == 0);
  const StateFiles read = read_state_files(directory.at("d"));
  CHECK(read.files == Files{{"own", "x"}});
  CHECK(read.problems.size() == 1);
  REQUIRE(::chown(directory.at("d").c_str(), 12345, 12345) == 0);
  CHECK(read_state_files(directory.at("d")).files.empty());
  CHECK_FALSE(write_state_file(directory.at("d"), "own", "y", 0644, false));
  CHECK_FALSE(remove_state_file(directory.at("d"), "own", false));
}

TEST_CASE("names of units, both sides of each bound") {
  for (const char* name : {"mariadb.service", "a@b.service", "dev-sda\\x2d1.swap", "x:y_z-1.mount"})
    CHECK(is_unit_name(name));
  for (const char* name : {"", ".", "..", ".service", "..service", "mariadb", "mariadb.", "a b.service", "a/b.service",
                           "../x.service", "a\nb.service", "\xc3\xa4.service"}) {
    INFO(name);
    CHECK_FALSE(is_unit_name(name));
  }
  CHECK(is_unit_name(std::string(247, 'a') + ".service"));
  CHECK_FALSE(is_unit_name(std::string(248, 'a') + ".service"));
}

TEST_CASE("services that wait are noted once, and forgotten") {
  const TemporaryDirectory directory;
  const Places places{.run = directory.path(), .state = directory.path()};
  CHECK(read_waiting(places).empty());
  const std::string longest = std::string(247, 'a') + ".service";
  for (const std::string& name : {std::string("mariadb.service"), longest, std::string("mariadb.service")})
    REQUIRE(note_waiting(places, name));
  CHECK_FALSE(note_waiting(places, "../mariadb.service"));
  CHECK_FALSE(note_waiting(places, "mariadb"));
  directory.file("waiting/not a unit", "");
  CHECK(read_waiting(places) == std::vector<std::string>{longest, "mariadb.service"});
  REQUIRE(forget_waiting(places, "mariadb.service"));
  CHECK(read_waiting(places) == std::vector<std::string>{longest});
}

}  // namespace
}  // namespace guardd::gate::test
