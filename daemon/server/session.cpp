// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/session.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/server/event_stream.hpp"
#include "daemon/server/route.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using beast::error_code;

constexpr std::size_t read_size = 4096;
// What a caller that was told off may still have under way, so that it reads the answer and no reset connection.
constexpr std::size_t max_drained = std::size_t{1024} * 1024;
constexpr std::chrono::seconds drain_time{1};

using RequestParser = http::request_parser<http::string_body>;

/// The answer to a request that can't be read, or none where the peer is gone or too slow to be told.
std::optional<Reply> protocol_reply(const error_code& failure) {
  if (failure == http::error::body_limit) return error_reply(413, "too_large", "the request's body is too large");
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow) {
    return error_reply(431, "too_large", "the request's header is too large");
  }
  if (failure.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
  if (failure == http::error::end_of_stream || failure == http::error::partial_message) return std::nullopt;
  return error_reply(400, "malformed", "not an HTTP/1.1 request: " + failure.message());
}

asio::awaitable<error_code> write(Session& session, Reply reply, unsigned version, bool keep_alive,
                                  SessionLimits limits) {
  http::response<http::string_body> response(static_cast<http::status>(reply.status), version);
  response.set(http::field::content_type, reply.content_type);
  if (!reply.allow.empty()) response.set(http::field::allow, reply.allow);
  response.keep_alive(keep_alive);
  response.body() = std::move(reply.body);
  response.body() += '\n';
  response.prepare_payload();
  error_code failure;
  session.stream.expires_after(limits.write);
  co_await http::async_write(session.stream, response, asio::redirect_error(asio::use_awaitable, failure));
  co_return failure;
}

/// Tells events until the peer goes, does not read, or guardd stops. That the peer has gone shows when it is told next.
asio::awaitable<void> tell_events(Session& session, EventStream& events, SessionLimits limits) {
  // No length, and so the body ends with the connection: RFC 9112, section 6.3.
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
  error_code failure;
  while (true) {
    session.stream.expires_after(limits.write);
    co_await asio::async_write(session.stream, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return;
    session.stream.expires_never();
    std::optional<std::string> next = co_await events.next(limits.event_pause);
    if (!next) co_return;
    bytes = std::move(*next);
  }
}

asio::awaitable<void> drain(Session& session, beast::flat_buffer& buffer) {
  error_code failure;
  session.stream.socket().shutdown(asio::socket_base::shutdown_send, failure);
  session.stream.expires_after(drain_time);
  for (std::size_t drained = 0; !failure && drained < max_drained;) {
    buffer.clear();
    drained += co_await session.stream.async_read_some(buffer.prepare(read_size),
                                                       asio::redirect_error(asio::use_awaitable, failure));
  }
}

asio::awaitable<Reply> answer(Session& session, Service& service, const RequestParser& parser) {
  const auto& message = parser.get();
  const auto text = [](beast::string_view view) { return std::string_view(view.data(), view.size()); };
  std::variant<Call, Reply> routed =
      route({text(message.method_string()), text(message.target()), message.body()}, session.caller);
  if (Reply* reply = std::get_if<Reply>(&routed)) co_return std::move(*reply);
  try {
    co_return co_await service.answer(std::move(std::get<Call>(routed)), session.caller);
  } catch (const std::exception& error) {  // a bug: this request fails, and no other
    co_return error_reply(500, "internal", error.what());
  }
}

}  // namespace

asio::awaitable<void> serve(Session& session, Service& service, SessionLimits limits) {
  beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes + read_size);
  std::chrono::milliseconds patience = limits.request;
  while (!session.last) {
    error_code failure;
    if (buffer.size() == 0) {
      session.stream.expires_after(patience);
      const std::size_t got = co_await session.stream.async_read_some(
          buffer.prepare(read_size), asio::redirect_error(asio::use_awaitable, failure));
      if (failure) co_return;
      buffer.commit(got);
    }
    session.answering = true;
    RequestParser parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    session.stream.expires_after(limits.request);
    co_await http::async_read(session.stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) {
      std::optional<Reply> reply = protocol_reply(failure);
      if (!reply) co_return;
      const error_code unsent = co_await write(session, std::move(*reply), 11, false, limits);
      if (!unsent) co_await drain(session, buffer);
      co_return;
    }
    // No time limit of the connection's own: the service answers within its deadlines.
    session.stream.expires_never();
    Reply reply = co_await answer(session, service, parser);
    if (reply.events) {
      const std::shared_ptr<EventStream> events = reply.events;
      co_await tell_events(session, *events, limits);
      co_return;
    }
    const std::function<void()> when_unsent = std::move(reply.unsent);
    const bool keep_alive = parser.keep_alive() && !session.last;
    const error_code unsent = co_await write(session, std::move(reply), parser.get().version(), keep_alive, limits);
    session.answering = false;
    if (unsent && when_unsent) when_unsent();
    if (unsent || !keep_alive) co_return;
    patience = limits.idle;
  }
}

}  // namespace guardd
