// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/server/event_stream.hpp"
#include "daemon/server/listener.hpp"
#include "daemon/server/server.hpp"
#include "os/fd.hpp"
#include "tests/temporary_directory.hpp"

namespace guardd::test {

namespace asio = boost::asio;

/// Counts calls and answers each with `body`; while `hold` is set, only once it is not.
class FakeService final : public Service {
 public:
  asio::awaitable<Reply> answer(Call call, Caller caller) override {
    ++calls;
    if (caller.detail == Detail::summary) ++summaries;
    if (std::holds_alternative<PolicyCall>(call)) throw std::runtime_error("a bug");
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    if (std::holds_alternative<EventsCall>(call)) {
      const auto stream = std::make_shared<EventStream>(executor);
      stream->push("hello", "first");
      {
        const std::lock_guard guard(mutex_);
        stream_ = stream;
        executor_ = executor;
      }
      Reply events{.status = 200, .body = {}, .allow = {}, .events = stream};
      co_return events;
    }
    asio::steady_timer timer(executor);
    while (hold) {
      timer.expires_after(std::chrono::milliseconds(2));
      boost::system::error_code ignored;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    Reply reply{200, body, {}};
    co_return reply;
  }

  /// The stream that was asked for last ends.
  void close_events() {
    const std::lock_guard guard(mutex_);
    asio::post(executor_, [listening = stream_] {
      if (const auto stream = listening.lock()) stream->close();
    });
  }

  std::atomic<int> calls = 0;
  std::atomic<int> summaries = 0;
  std::atomic<bool> hold = false;
  std::string body = R"({"fake":true})";

 private:
  std::mutex mutex_;
  std::weak_ptr<EventStream> stream_;  ///< its listener's; this service outlives the loop
  asio::any_io_executor executor_;
};

/// A server on a loop thread of its own.
class RunningServer {
 public:
  explicit RunningServer(Server::Options options = default_options())
      : server_(loop_.get_executor(), listen_at(path()).value(), service, options) {
    server_.start();
    thread_ = std::thread([this] { loop_.run(); });
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    loop_.stop();
    thread_.join();
  }

  static Server::Options default_options() {
    return {.trust = {.own_uid = 0, .operators = {}}, .connections = {}, .session = {}};
  }
  [[nodiscard]] std::string path() const { return directory_.at("guardd.sock"); }
  [[nodiscard]] std::size_t connections() {
    std::promise<std::size_t> count;
    asio::post(loop_, [&] { count.set_value(server_.connections()); });
    return count.get_future().get();
  }
  /// Begins to stop; the future is ready when that has ended.
  std::future<void> stop(std::chrono::milliseconds patience) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> ended = done->get_future();
    asio::co_spawn(loop_, server_.stop(patience), [done](const std::exception_ptr&) { done->set_value(); });
    return ended;
  }

  FakeService service;

 private:
  TemporaryDirectory directory_;
  asio::io_context loop_{1};
  Server server_;
  std::thread thread_;
};

/// A client that can do what no library would let it do. Everything waits at most `patience`.
class RawClient {
 public:
  static constexpr std::chrono::seconds patience{20};

  explicit RawClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return socket_.get(); }
  bool send(const std::string& text) {
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  void send_in_background(std::string text) {
    sender_ = std::async(std::launch::async, [this, text = std::move(text)] { return send(text); });
  }
  /// Reads until `end` occurs or the server closes; "" when nothing came.
  std::string read_until(const std::string& end) {
    while (received_.find(end) == std::string::npos && read_some()) {
    }
    return std::exchange(received_, {});
  }
  std::string read_all() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }
  /// True once the server has closed the connection.
  bool closed_within(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      pollfd source{socket_.get(), POLLIN, 0};
      if (::poll(&source, 1, 10) == 1 && !read_some()) return true;
    }
    return false;
  }
  void close() { socket_.reset(); }

 private:
  bool read_some() {
    pollfd source{socket_.get(), POLLIN, 0};
    if (::poll(&source, 1, std::chrono::milliseconds(patience).count()) != 1) return false;
    char buffer[4096];
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  Fd socket_;
  bool connected_ = false;
  std::string received_;
  std::future<bool> sender_;
};

inline std::string post(const std::string& target, const std::string& body, const std::string& headers = "") {
  return "POST " + target + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
         body;
}
inline std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}
inline const std::string good_check = R"({"operation": "reinstall", "scope": "host"})";

/// Polls a condition, for at most `patience`.
template <typename Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace guardd::test
