// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/syscall.h>

#include <catch2/catch.hpp>
#include <vector>

#include "running_server.hpp"

using namespace guardd;
using namespace guardd::test;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 65533;

/// Connects and asks as another user. The raw call changes the calling thread alone, credentials(7).
std::vector<RawClient> connect_as(uid_t uid, const std::string& path, int count) {
  std::vector<RawClient> clients;
  std::thread([&] {
    if (uid != ::geteuid() && ::syscall(SYS_setresuid, uid, uid, uid) != 0) return;
    for (int i = 0; i < count; ++i) clients.emplace_back(path);
  }).join();
  return clients;
}

/// Asks on every connection; how many were served and how many turned away.
std::pair<int, int> served_and_refused(std::vector<RawClient>& clients) {
  std::pair<int, int> counts{0, 0};
  for (RawClient& client : clients) client.send(get("/healthz"));
  for (RawClient& client : clients) {
    const std::string answer = client.read_until("}\n");
    if (answer.starts_with("HTTP/1.1 200")) ++counts.first;
    if (answer.starts_with("HTTP/1.1 503")) ++counts.second;
  }
  return counts;
}

bool is_root() {
  if (::geteuid() == 0) return true;
  WARN("skipped: connecting as several users needs root");
  return false;
}

/// A thousand connections have two thousand ends here.
void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

TEST_CASE("a thousand connections of a user take his share and no more; root is served all the same") {
  if (!is_root()) return;
  allow_descriptors();
  RunningServer server;
  std::vector<RawClient> crowd = connect_as(nobody, server.path(), 1000);
  REQUIRE(crowd.size() == 1000);
  CHECK(served_and_refused(crowd) == std::pair(64, 936));
  std::vector<RawClient> others = connect_as(somebody, server.path(), 1);
  CHECK(served_and_refused(others) == std::pair(1, 0));
  std::vector<RawClient> owner = connect_as(0, server.path(), 40);
  CHECK(served_and_refused(owner) == std::pair(40, 0));
  CHECK(server.connections() == 105);

  crowd.clear();
  CHECK(eventually([&] { return server.connections() == 41; }));
  std::vector<RawClient> again = connect_as(nobody, server.path(), 1);
  CHECK(served_and_refused(again) == std::pair(1, 0));
}

TEST_CASE("many users together leave root its places") {
  if (!is_root()) return;
  allow_descriptors();
  RunningServer server;
  int served = 0;
  std::vector<std::vector<RawClient>> crowds;
  for (uid_t uid = 60'000; uid < 60'005; ++uid) {
    crowds.push_back(connect_as(uid, server.path(), 64));
    served += served_and_refused(crowds.back()).first;
  }
  CHECK(served == 224);
  std::vector<RawClient> owner = connect_as(0, server.path(), 33);
  CHECK(served_and_refused(owner) == std::pair(32, 1));
}

TEST_CASE("a thousand connections of root at once: as many as fit are served, the rest are told") {
  if (!is_root()) return;
  allow_descriptors();
  RunningServer server;
  std::vector<RawClient> crowd = connect_as(0, server.path(), 1000);
  CHECK(served_and_refused(crowd) == std::pair(256, 744));
}

TEST_CASE("who asks as another user gets a summary") {
  if (!is_root()) return;
  RunningServer server;
  for (const uid_t uid : {uid_t{0}, nobody}) {
    std::vector<RawClient> client = connect_as(uid, server.path(), 1);
    REQUIRE(client.at(0).send(post("/v1/check", good_check)));
    client.at(0).read_until("}\n");
  }
  CHECK(server.service.calls == 2);
  CHECK(server.service.summaries == 1);
}
