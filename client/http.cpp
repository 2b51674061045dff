// SPDX-License-Identifier: Apache-2.0
#include "client/http.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace guardd::client {
namespace http = boost::beast::http;

struct ResponseReader::State {
  http::response_parser<http::string_body> parser;
  std::string pending;  // bytes that the parser wants to see again together with the next ones
};

std::string to_bytes(const HttpRequest& request) {
  std::string text(request.method);
  text += " " + request.path;
  text += " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nUser-Agent: guardctl\r\n";
  if (request.body) {
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(request.body->size()) + "\r\n";
  }
  text += "\r\n";
  if (request.body) text += *request.body;
  return text;
}

ResponseReader::ResponseReader() : state_(std::make_unique<State>()) {
  state_->parser.header_limit(max_header_bytes);
  state_->parser.body_limit(max_body_bytes);
  state_->parser.eager(true);
}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

Result<bool> ResponseReader::feed(std::string_view bytes) {
  auto& [parser, pending] = *state_;
  pending.append(bytes);
  while (!pending.empty() && !parser.is_done()) {
    boost::system::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(pending), error);
    pending.erase(0, used);
    if (error == http::error::need_more) break;
    if (error) return Error{"malformed", "is no proper HTTP answer: " + error.message()};
    if (parser.is_header_done() && !parser.content_length() && !parser.chunked()) {
      return Error{"malformed", "does not say how long it is"};
    }
    if (used == 0) break;
  }
  if (parser.is_done() && !pending.empty()) return Error{"malformed", "has bytes after its end"};
  return parser.is_done();
}

HttpResponse ResponseReader::take() {
  auto& parser = state_->parser;
  return {parser.get().result_int(), parser.keep_alive(), std::move(parser.get().body())};
}

}  // namespace guardd::client
