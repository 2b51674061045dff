// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guardd {

/// What one listener of GET /v1/events has still to be told: server-sent events as the HTML standard, section 9.2, has
/// them. One loop's alone.
class EventStream {
 public:
  explicit EventStream(const boost::asio::any_io_executor& executor)
      : changed_(executor, boost::asio::steady_timer::time_point::max()) {}

  /// One event. A listener that does not read is told `most` events late at most: then its stream ends, and it asks
  /// again.
  void push(std::string_view event, const nlohmann::json& data);
  /// No more events: what waits is told, and then none.
  void close();

  /// The next bytes: an event, or a comment when none came within `patience`. Nothing: the stream has ended.
  boost::asio::awaitable<std::optional<std::string>> next(std::chrono::milliseconds patience);

  static constexpr std::size_t most = 256;

 private:
  std::deque<std::string> waiting_;
  bool closed_ = false;
  boost::asio::steady_timer changed_;
};

/// Who listens.
class Events {
 public:
  explicit Events(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// To what is about this topic, or to everything where that is empty.
  std::shared_ptr<EventStream> listen(std::string topic);
  /// To every one of them that still listens to this topic.
  void publish(std::string_view event, const nlohmann::json& data, std::string_view topic);
  /// Whether anybody listens to everything.
  [[nodiscard]] bool any_general() const;
  /// guardd stops.
  void close();

 private:
  struct Listener {
    std::string topic;
    std::weak_ptr<EventStream> stream;
  };
  boost::asio::any_io_executor executor_;
  std::vector<Listener> listeners_;
};

}  // namespace guardd
