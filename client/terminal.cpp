// SPDX-License-Identifier: Apache-2.0
#include "client/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "os/fd.hpp"
#include "os/write.hpp"

namespace guardd::client {
namespace {

constexpr std::size_t longest_line = 4096;  // of a terminal, termios(3)

}  // namespace

bool is_somebody_there() { return ::isatty(STDIN_FILENO) == 1; }

std::optional<std::string> ask_on_terminal(std::string_view question) {
  const Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal || !write_all(terminal, question)) return std::nullopt;
  std::array<char, longest_line> buffer{};
  ssize_t got = -1;
  while ((got = ::read(terminal.get(), buffer.data(), buffer.size())) < 0 && errno == EINTR) {
  }
  if (got <= 0) return std::nullopt;
  const std::string line(buffer.data(), static_cast<std::size_t>(got));
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = line.find_first_not_of(blank);
  if (first == std::string::npos) return std::string();
  return line.substr(first, line.find_last_not_of(blank) - first + 1);
}

}  // namespace guardd::client
