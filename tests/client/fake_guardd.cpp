// SPDX-License-Identifier: Apache-2.0
#include "tests/client/fake_guardd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>

#include "gate/sight.hpp"
#include "os/clock.hpp"
#include "tests/client/answers.hpp"

namespace guardd::client::test {
namespace {

using nlohmann::json;

/// No other test's, for it names a cgroup.
std::string new_id() {
  static std::atomic<int> count = 0;
  return "t" + std::to_string(::getpid()) + "n" + std::to_string(count++);
}

bool is_whole(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::size_t at = request.find("Content-Length: ");
  const std::size_t length = at < end ? std::strtoul(request.c_str() + at + 16, nullptr, 10) : 0;
  return request.size() >= end + 4 + length;
}

bool send_all(int connection, const std::string& text) {
  return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

std::string event(const char* name, const json& data) {
  return std::string("event: ") + name + "\ndata: " + data.dump() + "\n\n";
}

pid_t peer_of(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  return peer.pid;
}

}  // namespace

void wait_until(const std::string& what, const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    ::poll(nullptr, 0, 5);
  }
}

bool has_cgroups() {
  const Result<std::string> root = gate::cgroup2_root();
  const std::string directory = root ? *root + "/guardd-client-test-" + std::to_string(::getpid()) : "";
  if (root && ::mkdir(directory.c_str(), 0755) == 0) {
    ::rmdir(directory.c_str());
    return true;
  }
  WARN("no cgroup can be made here: running a command under a permit is not tried");
  return false;
}

FakeGuardd::FakeGuardd(Script script) : script_(std::move(script)), id_(new_id()) { come_back(); }

FakeGuardd::~FakeGuardd() { go_away(); }

void FakeGuardd::come_back() {
  listener_ = listen_at(socket());
  if (::pipe2(stop_, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  thread_ = std::thread([this] { serve(); });
}

void FakeGuardd::go_away() {
  if (listener_ < 0) return;
  ::close(stop_[1]);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
  ::close(stop_[0]);
  ::close(std::exchange(listener_, -1));
  ::unlink(socket().c_str());
}

std::vector<std::string> FakeGuardd::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string FakeGuardd::request(const std::string& beginning) const {
  std::string found;
  wait_until(beginning, [&] {
    for (const std::string& one : requests()) {
      if (!found.empty() || !one.starts_with(beginning)) continue;
      found = one;
    }
    return !found.empty();
  });
  return found;
}

bool FakeGuardd::was_given_back() const {
  const std::vector<std::string> all = requests();
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& one) { return one.starts_with("DELETE /v1/permits/" + id_ + " "); });
}

void FakeGuardd::tell(const json& changes) {
  wait_until("somebody follows the events", [&] {
    const std::lock_guard lock(mutex_);
    return !streams_.empty();
  });
  const std::lock_guard lock(mutex_);
  permit_.update(changes);
  for (const int stream : streams_)
    send_all(stream, event("permit", {{"what", changes["state"]}, {"permit", permit_}}));
}

void FakeGuardd::cut_events() {
  const std::lock_guard lock(mutex_);
  for (const int stream : streams_) ::shutdown(stream, SHUT_RDWR);
  streams_.clear();
}

void FakeGuardd::serve() {
  for (;;) {
    pollfd waiting[] = {{.fd = listener_, .events = POLLIN, .revents = 0},
                        {.fd = stop_[0], .events = POLLIN, .revents = 0}};
    ::poll(waiting, 2, -1);
    if (waiting[1].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    connections_.push_back(connection);
    workers_.emplace_back([this, connection] { serve_connection(connection); });
  }
}

void FakeGuardd::serve_connection(int connection) {
  std::string request;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = ::recv(connection, buffer, sizeof buffer, 0)) > 0) {
    request.append(buffer, static_cast<std::size_t>(got));
    if (!is_whole(request)) continue;
    std::string answer = respond(std::exchange(request, ""), peer_of(connection));
    const std::lock_guard lock(mutex_);
    if (answer.empty() || !send_all(connection, answer)) break;
    if (answer.find("text/event-stream") != std::string::npos) streams_.push_back(connection);
  }
  const std::lock_guard lock(mutex_);
  std::erase(connections_, connection);
  std::erase(streams_, connection);
  ::close(connection);
}

std::string FakeGuardd::respond(const std::string& request, pid_t caller) {
  if (request.starts_with("POST /v1/permits/" + id_ + "/begin ")) script_.before_begin(caller);
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  if (request.starts_with("GET /healthz")) return http(200, json{{"status", "ok"}});
  if (request.starts_with("POST /v1/permits ")) return grant(body_of(request), caller);
  if (request.starts_with("POST /v1/permits/" + id_ + "/begin ")) {
    permit_["state"] = "running";
    permit_.update(script_.begin_changes);
    if (script_.begin_status == 200) return http(200, json{{"permit", permit_}});
    return http(script_.begin_status, json{{"error", {{"code", "conflict"}, {"message", "it was revoked"}}}});
  }
  if (request.starts_with("DELETE /v1/permits/" + id_ + " ")) return end();
  if (request.starts_with("GET /v1/permits ")) return http(200, json{{"permits", {permit_}}});
  if (request.starts_with("GET /v1/events?permit=" + id_ + " ")) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
           event("permits", {{"permits", {permit_}}}) + ": alive\n\n";
  }
  return http(404, json{{"error", {{"code", "not_found"}, {"message", "no such permit"}}}});
}

std::string FakeGuardd::grant(const json& asked, pid_t caller) {
  holder_ = caller;
  json targets = json::array();
  for (const json& target : asked.value("targets", json::array())) targets.push_back(target.at("path"));
  const bool has_command = asked.at("command");
  permit_ = {{"id", id_},
             {"operation", asked.at("operation")},
             {"scope", asked.at("scope")},
             {"targets", targets},
             {"holder", {{"pid", asked.value("holder_pid", caller)}, {"start_ticks", 1}}},
             {"command", has_command},
             {"boot_id", this_boot()},
             {"granted_s", wall_now_s()},
             {"expires_boot_ms", boot_now_ms() + asked.at("valid_s").get<std::int64_t>() * 1000},
             {"state", has_command ? "granted" : "running"},
             {"began", !has_command},
             {"by", "root"}};
  json answer_body{{"verdict", answer(script_.verdict, asked.at("operation"), targets)}};
  if (script_.grant_status == 201) {
    answer_body["permit"] = permit_;
  } else {
    answer_body["error"] = {{"code", script_.grant_status == 409 ? "refused" : "unknown"}, {"message", "no permit"}};
  }
  script_.tamper(answer_body);
  return http(script_.grant_status, answer_body);
}

std::string FakeGuardd::end() {
  const bool is_again = ends_++ > 0;
  if (script_.loses_first_end && is_again)
    return http(409, json{{"error", {{"code", "conflict"}, {"message", "permit is ended, not under way"}}}});
  if (script_.end_status != 200)
    return http(script_.end_status, json{{"error", {{"code", "x"}, {"message", "no such permit"}}}});
  permit_.update(script_.end_changes);
  return script_.loses_first_end ? "" : http(200, json{{"permit", permit_}});
}

}  // namespace guardd::client::test
