// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/event_stream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "core/strict_json.hpp"

namespace guardd {

namespace asio = boost::asio;

void EventStream::push(std::string_view event, const nlohmann::json& data) {
  if (closed_) return;
  if (waiting_.size() >= most) {
    waiting_.clear();
    return close();
  }
  // One line of JSON: a newline in a text is an escape there.
  waiting_.push_back("event: " + std::string(event) + "\ndata: " + to_text(data) + "\n\n");
  changed_.cancel();
}

void EventStream::close() {
  closed_ = true;
  changed_.cancel();
}

asio::awaitable<std::optional<std::string>> EventStream::next(std::chrono::milliseconds patience) {
  if (waiting_.empty() && !closed_) {
    changed_.expires_after(patience);
    boost::system::error_code woken;
    co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (waiting_.empty()) co_return closed_ ? std::nullopt : std::optional<std::string>(": alive\n\n");
  std::string first = std::move(waiting_.front());
  waiting_.pop_front();
  co_return first;
}

std::shared_ptr<EventStream> Events::listen(std::string topic) {
  std::erase_if(listeners_, [](const Listener& listener) { return listener.stream.expired(); });
  auto stream = std::make_shared<EventStream>(executor_);
  listeners_.push_back({std::move(topic), stream});
  return stream;
}

void Events::publish(std::string_view event, const nlohmann::json& data, std::string_view topic) {
  for (const Listener& listener : listeners_) {
    if (!listener.topic.empty() && listener.topic != topic) continue;
    if (const auto stream = listener.stream.lock()) stream->push(event, data);
  }
}

bool Events::any_general() const {
  return std::ranges::any_of(
      listeners_, [](const Listener& listener) { return listener.topic.empty() && !listener.stream.expired(); });
}

void Events::close() {
  for (const Listener& listener : listeners_) {
    if (const auto stream = listener.stream.lock()) stream->close();
  }
}

}  // namespace guardd
