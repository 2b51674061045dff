// SPDX-License-Identifier: Apache-2.0
// check_rate SOCKET CONNECTIONS SECONDS BODY: asks POST /v1/check over and over on so many connections at once, and
// prints as JSON how many answers a second came and how many of them were an allow.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
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

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;
using Clock = std::chrono::steady_clock;

struct Count {
  std::int64_t answers = 0;
  std::int64_t allows = 0;
};

asio::awaitable<void> ask_on(std::string path, std::string body, Clock::time_point until, Count& count) {
  while (Clock::now() < until) {
    Socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(asio::local::stream_protocol::endpoint(path), asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    bool stays = true;
    while (stays && Clock::now() < until) {
      http::request<http::string_body> request(http::verb::post, "/v1/check", 11, body);
      request.set(http::field::host, "guardd");
      request.set(http::field::content_type, "application/json");
      request.prepare_payload();
      co_await http::async_write(socket, request, asio::use_awaitable);
      http::response<http::string_body> response;
      co_await http::async_read(socket, buffer, response, asio::use_awaitable);
      if (response.result_int() != 200) throw std::runtime_error(response.body());
      ++count.answers;
      if (response.body().find("\"verdict\":\"allow\"") != std::string::npos) ++count.allows;
      stays = response.keep_alive();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  asio::io_context loop;
  Count count;
  const auto began = Clock::now();
  const auto until = began + std::chrono::seconds(std::atoi(argv[3]));
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    asio::co_spawn(loop, ask_on(argv[1], argv[4], until, count), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  try {
    loop.run();
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << "\n";
    return 1;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::cout << nlohmann::json{{"rate", static_cast<double>(count.answers) / seconds},
                              {"allows", count.allows},
                              {"answers", count.answers}}
            << "\n";
}
