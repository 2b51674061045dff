// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "tests/temporary_directory.hpp"

using namespace guardd;
using guardd::test::TemporaryDirectory;

namespace {

bool can_connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

TEST_CASE("anybody may connect, whatever the umask") {
  const TemporaryDirectory directory;
  const std::string path = directory.at("run/guardd.sock");
  const mode_t old = ::umask(0777);
  ::umask(0077);
  const Result<Fd> socket = listen_at(path);
  ::umask(old);
  REQUIRE(socket.ok());
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0666);
  CHECK(can_connect(path));
}

TEST_CASE("a socket whose server is gone is replaced, one that answers is not") {
  const TemporaryDirectory directory;
  const std::string path = directory.at("s");
  {
    const Result<Fd> first = listen_at(path);
    REQUIRE(first.ok());
    const Result<Fd> second = listen_at(path);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().message.find("another server") != std::string::npos);
    CHECK(can_connect(path));
  }
  CHECK_FALSE(can_connect(path));
  const Result<Fd> third = listen_at(path);
  REQUIRE(third.ok());
  CHECK(can_connect(path));
}

TEST_CASE("what is no socket stays where it is") {
  const TemporaryDirectory directory;
  const std::string file = directory.file("s", "precious");
  CHECK_FALSE(listen_at(file).ok());
  CHECK(std::filesystem::file_size(file) == 8);
  std::filesystem::create_symlink(file, directory.at("link"));
  CHECK_FALSE(listen_at(directory.at("link")).ok());
  CHECK(std::filesystem::is_symlink(directory.at("link")));
}

TEST_CASE("paths that can't be are errors") {
  const TemporaryDirectory directory;
  CHECK_FALSE(listen_at("").ok());
  CHECK_FALSE(listen_at("relative.sock").ok());
  CHECK_FALSE(listen_at(directory.at("missing/deeper/s")).ok());
  const std::string longest = directory.at(std::string(107 - directory.path().size() - 1, 'x'));
  CHECK(longest.size() == 107);
  CHECK(listen_at(longest).ok());
  CHECK_FALSE(listen_at(longest + "x").ok());
}

TEST_CASE("without systemd's variables no socket is passed") {
  const Result<PassedSocket> passed = passed_socket();
  REQUIRE(passed.ok());
  CHECK_FALSE(passed->socket);
}
