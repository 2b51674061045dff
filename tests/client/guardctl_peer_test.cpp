// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/client/answers.hpp"
#include "tests/client/fake_server.hpp"
#include "tests/client/run.hpp"

namespace guardd::client::test {
namespace {

constexpr uid_t nobody = 65534;

/// A process of uid nobody that listens at `socket` and gives every caller an allow. It ends with the test.
class StrangersServer {
 public:
  explicit StrangersServer(const std::string& socket) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error("pipe");
    const std::string response = http(200, answer("allow"));
    child_ = ::fork();
    if (child_ == 0) {
      if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(1);
      const int listener = listen_at(socket);
      if (::write(ready[1], "r", 1) != 1) ::_exit(1);
      for (;;) {
        const int connection = ::accept(listener, nullptr, nullptr);
        char buffer[4096];
        const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
        if (got > 0 && ::send(connection, response.data(), response.size(), MSG_NOSIGNAL) < 0) ::_exit(1);
        ::close(connection);
      }
    }
    char byte = 0;
    ready_ = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~StrangersServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  StrangersServer(const StrangersServer&) = delete;
  StrangersServer& operator=(const StrangersServer&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }

 private:
  pid_t child_ = -1;
  bool ready_ = false;
};

TEST_CASE("guardctl: an allow from a socket that another user made is unknown, and gets no question") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can make another user's socket");
    return;
  }
  const TemporaryDirectory directory;
  REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
  const std::string socket = directory.path() + "/guardd.sock";
  const StrangersServer server(socket);
  REQUIRE(server.ready());

  const Run run = guardctl({"check-reinstall", "--socket", socket, "--json"});
  CHECK(run.exit_status == 3);
  const nlohmann::json document = nlohmann::json::parse(run.out);
  CHECK(document.at("verdict") == "unknown");
  CHECK(document.at("reasons").at(0).at("code") == "daemon.untrusted");
  CHECK(document.at("reasons").at(0).at("message").get<std::string>().find("uid 65534") != std::string::npos);
  CHECK(guardctl({"status", "--socket", socket}).exit_status == 3);
}

}  // namespace
}  // namespace guardd::client::test
