// SPDX-License-Identifier: Apache-2.0
// echo_server SOCKET BYTES: answers every HTTP request with a body of so many bytes, on one thread and with nothing
// between Asio and Beast: the floor of what a daemon in their style can do. Prints "ready" and lives until its standard
// input ends.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::local::stream_protocol;
using boost::system::error_code;

asio::awaitable<void> serve(stream_protocol::socket socket, const std::string& body) {
  boost::beast::flat_buffer buffer;
  while (true) {
    error_code failure;
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return;
    http::response<http::string_body> response(http::status::ok, request.version(), body);
    response.set(http::field::content_type, "application/json");
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return;
  }
}

asio::awaitable<void> accept(stream_protocol::acceptor acceptor, const std::string& body) {
  while (true) {
    stream_protocol::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), body), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string body(static_cast<std::size_t>(std::atol(argv[2])), 'x');
  asio::io_context loop(1);
  stream_protocol::acceptor acceptor(loop, stream_protocol::endpoint(argv[1]));
  asio::co_spawn(loop, accept(std::move(acceptor), body), asio::detached);
  asio::posix::stream_descriptor input(loop, STDIN_FILENO);
  std::string ignored;
  asio::async_read(input, asio::dynamic_buffer(ignored), [&](const error_code&, std::size_t) { loop.stop(); });
  std::cout << "ready" << std::endl;
  loop.run();
}
