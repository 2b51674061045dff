// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/client/fake_server.hpp"

namespace guardd::client::test {

/// What a FakeGuardd answers where it is not as it should be.
struct Script {
  int grant_status = 201;
  std::string verdict = "allow";
  std::function<void(nlohmann::json& answer)> tamper = [](nlohmann::json&) {};  ///< with the answer to a grant
  std::function<void(pid_t holder)> before_begin = [](pid_t) {};                ///< is answered
  int begin_status = 200;
  nlohmann::json begin_changes = nlohmann::json::object();  ///< of the permit that it answers with
  int end_status = 200;
  nlohmann::json end_changes = {{"state", "ended"}};
  bool loses_first_end = false;  ///< does what it says, and closes the connection instead of saying so
};

/// Gives permits as guardd does, to many connections at once, and tells what becomes of them.
class FakeGuardd {
 public:
  explicit FakeGuardd(Script script = {});
  ~FakeGuardd();
  FakeGuardd(const FakeGuardd&) = delete;
  FakeGuardd& operator=(const FakeGuardd&) = delete;

  [[nodiscard]] std::string socket() const { return directory_.at("guardd.sock"); }
  [[nodiscard]] const std::string& id() const { return id_; }
  /// The process that asked for the permit.
  [[nodiscard]] pid_t holder() const { return holder_; }
  [[nodiscard]] std::vector<std::string> requests() const;
  /// The first request that begins so, waited for.
  std::string request(const std::string& beginning) const;
  [[nodiscard]] bool was_given_back() const;

  /// Tells that the permit changed, to whoever listens; waits for somebody.
  void tell(const nlohmann::json& changes);
  void cut_events();
  void go_away();
  void come_back();

 private:
  void serve();
  void serve_connection(int connection);
  std::string respond(const std::string& request, pid_t caller);
  std::string grant(const nlohmann::json& asked, pid_t caller);
  std::string end();

  TemporaryDirectory directory_;
  Script script_;
  std::string id_;
  std::atomic<pid_t> holder_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  nlohmann::json permit_;
  std::vector<int> connections_;  // open ones
  std::vector<int> streams_;      // of events
  int ends_ = 0;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::thread thread_;
  std::list<std::thread> workers_;
};

/// Waits until it is so; the test's failure where it is not within 30 s.
void wait_until(const std::string& what, const std::function<bool()>& is_so);

/// Whether this machine lets a command have a cgroup of its own; says so where it does not.
bool has_cgroups();

}  // namespace guardd::client::test
