// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/temporary_directory.hpp"

namespace guardd::client::test {

using guardd::test::TemporaryDirectory;

/// Listens on a Unix socket and says what the test wants. It records the requests, one connection after the other.
class FakeServer {
 public:
  /// What goes out for a request; when it returns an empty text, the server closes the connection.
  using Respond = std::function<std::string(const std::string& request)>;

  explicit FakeServer(Respond respond);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// Says nothing more after what it said, and keeps the connection open: a hung server.
  void keep_open() { keep_open_ = true; }
  [[nodiscard]] std::string socket() const { return directory_.path() + "/guardd.sock"; }
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve();
  void serve_connection(int connection);

  TemporaryDirectory directory_;
  Respond respond_;
  std::atomic<bool> keep_open_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::thread thread_;
};

/// Binds and listens; the test's failure when it can't.
int listen_at(const std::string& path);

/// An HTTP answer with the right length.
std::string http(int status, const std::string& body);
std::string http(int status, const nlohmann::json& body);

/// The JSON body of a recorded request.
nlohmann::json body_of(const std::string& request);

}  // namespace guardd::client::test
