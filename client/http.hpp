// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/wire.hpp"

namespace guardd::client {

inline constexpr std::size_t max_header_bytes = std::size_t{16} * 1024;
inline constexpr std::size_t max_body_bytes = answer_limits.bytes;

struct HttpResponse {
  unsigned status = 0;
  bool keep_alive = false;
  std::string body;
};

/// What guardd is asked or told.
struct HttpRequest {
  std::string_view method;
  std::string path;                      ///< and query; plain ASCII
  std::optional<std::string> body = {};  ///< JSON
};
/// Its bytes, HTTP/1.1.
std::string to_bytes(const HttpRequest& request);

/// Takes an answer's bytes as they come. Its length must be said (Content-Length or chunked): a body that ends where
/// the connection does can't be told from one that was cut short.
class ResponseReader {
 public:
  ResponseReader();
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// More bytes; true when the answer is complete. An error (code "malformed") is final; bytes after the answer are
  /// one.
  Result<bool> feed(std::string_view bytes);
  /// The complete answer; only after feed() said true.
  HttpResponse take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace guardd::client
