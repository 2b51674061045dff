// SPDX-License-Identifier: Apache-2.0
// http_load SOCKET CONNECTIONS SECONDS METHOD TARGET [BODY]: asks the same over and over on so many kept connections at
// once. Prints as JSON how many answers a second came, how many of them were an allow, how many connections were turned
// away, and the microseconds of every answer.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;
using Clock = std::chrono::steady_clock;
using Request = http::request<http::string_body>;

struct Count {
  std::vector<std::int64_t> microseconds;
  std::int64_t allows = 0;
  std::int64_t turned_away = 0;
};

Request request_of(const std::string& method, const std::string& target, const std::string& body) {
  Request request(http::string_to_verb(method), target, 11, body);
  request.set(http::field::host, "guardd");
  request.set(http::field::content_type, "application/json");
  request.prepare_payload();
  return request;
}

asio::awaitable<void> ask_on(Socket socket, const Request& request, Clock::time_point until, Count& count) {
  boost::beast::flat_buffer buffer;
  while (Clock::now() < until) {
    const auto asked = Clock::now();
    http::response<http::string_body> response;
    co_await http::async_write(socket, request, asio::use_awaitable);
    co_await http::async_read(socket, buffer, response, asio::use_awaitable);
    if (response.result() != http::status::ok) throw std::runtime_error(response.body());
    count.microseconds.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked).count());
    if (response.body().find("\"verdict\":\"allow\"") != std::string::npos) ++count.allows;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) return 2;
  const Request request = request_of(argv[4], argv[5], argc == 7 ? argv[6] : "");
  asio::io_context loop(1);
  // Connected one after the other, blocking: a full backlog refuses those who don't wait.
  std::vector<Socket> sockets;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    sockets.emplace_back(loop).connect(asio::local::stream_protocol::endpoint(argv[1]));
  }
  Count count;
  const auto began = Clock::now();
  for (Socket& socket : sockets) {
    asio::co_spawn(loop, ask_on(std::move(socket), request, began + std::chrono::seconds(std::atoi(argv[3])), count),
                   [&](const std::exception_ptr& failure) { count.turned_away += failure ? 1 : 0; });
  }
  loop.run();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::cout << nlohmann::json{{"rate", static_cast<double>(count.microseconds.size()) / seconds},
                              {"allows", count.allows},
                              {"turned_away", count.turned_away},
                              {"microseconds", count.microseconds}}
            << "\n";
}
