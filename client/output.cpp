// SPDX-License-Identifier: Apache-2.0
#include "client/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace guardd::client {
namespace {

bool write_patiently(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

using nlohmann::json;

}  // namespace

void settle_standard_streams() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    // The lowest free number is the one that open(2) takes. Read only, so that a write to it is the error that it was.
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDONLY);
  }
}

bool write_out(std::string_view text) { return write_patiently(STDOUT_FILENO, text); }

void write_error(std::string_view text) { (void)write_patiently(STDERR_FILENO, text); }

std::string json_line(const json& document) {
  return document.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
}

std::string json_indented(const json& document) {
  return document.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool colour_wanted() {
  const char* const no_colour = ::getenv("NO_COLOR");
  return is_terminal() && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace guardd::client
