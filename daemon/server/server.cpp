// SPDX-License-Identifier: Apache-2.0
#include "daemon/server/server.hpp"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <string>
#include <utility>

namespace guardd {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};

/// Tells a caller for whom there is no room, without waiting for it.
void turn_away(stream_protocol::socket& socket) {
  const std::string body = error_reply(503, "busy", "too many connections; ask again later").body + "\n";
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct Server::State {
  State(const asio::any_io_executor& executor, Fd listener, Service& served, Options chosen)
      : acceptor(executor, stream_protocol(), listener.release()),
        service(served),
        options(chosen),
        admission(chosen.connections),
        changed(executor, asio::steady_timer::time_point::max()) {}

  stream_protocol::acceptor acceptor;
  Service& service;
  Options options;
  Admission admission;
  std::set<std::shared_ptr<Session>> sessions;
  asio::steady_timer changed;  ///< cancelled whenever a session ends
};

Server::Server(const asio::any_io_executor& executor, Fd listener, Service& service, Options options)
    : state_(std::make_shared<State>(executor, std::move(listener), service, options)) {}

void Server::start() { asio::co_spawn(state_->acceptor.get_executor(), accept(state_), asio::detached); }

std::size_t Server::connections() const { return state_->admission.size(); }

asio::awaitable<void> Server::accept(std::shared_ptr<State> state) {
  const asio::any_io_executor executor = state->acceptor.get_executor();
  while (state->acceptor.is_open()) {
    error_code failure;
    stream_protocol::socket socket(executor);
    co_await state->acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, failure));
    if (failure == asio::error::operation_aborted) co_return;
    if (failure) {  // no descriptors or no memory: those who are being served will give some back
      asio::steady_timer pause(executor, accept_pause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
      continue;
    }
    const Result<Peer> peer = read_peer(socket.native_handle());
    if (!peer) continue;  // whoever it is gets no answer
    const Trust& trust = state->options.trust;
    if (!state->admission.enter(peer->uid, trust.is_owner(peer->uid))) {
      turn_away(socket);
      continue;
    }
    Caller caller{peer->uid, peer->gid, peer->pid, trust.detail(*peer), trust.may_ask(*peer)};
    auto session = std::make_shared<Session>(LocalStream(std::move(socket)), std::move(caller));
    state->sessions.insert(session);
    asio::co_spawn(executor, run(state, std::move(session)), asio::detached);
  }
}

asio::awaitable<void> Server::run(std::shared_ptr<State> state, std::shared_ptr<Session> session) {
  try {
    co_await serve(*session, state->service, state->options.session);
  } catch (const std::exception&) {  // a bug or no memory: this connection ends, and no other
    session->last = true;
  }
  session->stream.close();
  state->sessions.erase(session);
  state->admission.leave(session->caller.uid);
  state->changed.cancel();
}

asio::awaitable<void> Server::stop(std::chrono::milliseconds patience) {
  const std::shared_ptr<State> state = state_;
  error_code ignored;
  state->acceptor.close(ignored);
  for (const std::shared_ptr<Session>& session : state->sessions) {
    session->last = true;
    if (!session->answering) session->stream.cancel();
  }
  bool late = false;
  asio::steady_timer limit(state->changed.get_executor(), patience);
  limit.async_wait([state, &late](error_code cancelled) {
    if (cancelled) return;
    late = true;
    state->changed.cancel();
  });
  while (!state->sessions.empty() && !late) {
    co_await state->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  for (const std::shared_ptr<Session>& session : state->sessions) session->stream.close();
}

}  // namespace guardd
