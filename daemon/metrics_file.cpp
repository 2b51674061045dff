// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics_file.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include "core/text.hpp"
#include "os/fd.hpp"
#include "os/read.hpp"
#include "os/write.hpp"

namespace guardd {
namespace {

constexpr std::chrono::seconds every{15};
constexpr mode_t readable = 0644;

}  // namespace

std::optional<Error> replace_file(const std::string& file, const std::string& text) {
  const std::string made = file + ".new";
  Fd fd(::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, readable));
  if (!fd) return os_error(errno, made);
  if (::fchmod(fd.get(), readable) != 0 || !write_all(fd, text)) return os_error(errno, made);
  if (::rename(made.c_str(), file.c_str()) != 0) return os_error(errno, file);
  return std::nullopt;
}

boost::asio::awaitable<void> keep_metrics_file(std::string file, std::function<std::string()> text) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  bool failed = false;
  while (true) {
    const std::optional<Error> error = replace_file(file, text());
    if (error && !failed) spdlog::error("metrics_file: {}", printable(error->message));
    failed = error.has_value();
    timer.expires_after(every);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace guardd
