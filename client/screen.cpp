// SPDX-License-Identifier: Apache-2.0
#include "client/screen.hpp"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "client/output.hpp"
#include "os/fd.hpp"

namespace guardd::client {
namespace {

// xterm's, which terminals have in common: the other screen, and the cursor hidden.
constexpr std::string_view enter = "\033[?1049h\033[?25l";
constexpr std::string_view leave = "\033[?25h\033[?1049l";

constexpr std::array ending{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// Dispositions are the process's, and so is this.
struct {
  termios before;
  bool has_keys = false;
  Fd changed;
  std::array<struct sigaction, ending.size()> ending_before;
  struct sigaction stop_before;
  struct sigaction resize_before;
} state;

// From here to Screen: async-signal-safe.

void put(std::string_view text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) return;  // the terminal may be gone
}

void go_in() {
  put(enter);
  if (!state.has_keys) return;
  termios quiet = state.before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
}

void go_out() {
  put(leave);
  if (state.has_keys) ::tcsetattr(STDIN_FILENO, TCSANOW, &state.before);
}

void tell_change(int) {
  const int error = errno;
  const std::uint64_t one = 1;
  if (::write(state.changed.get(), &one, sizeof one) < 0) errno = error;  // it has been told already
  errno = error;
}

void end(int signal) {
  go_out();
  (void)std::signal(signal, SIG_DFL);
  (void)std::raise(signal);  // when this returns
}

void stop(int signal);

void handle(int signal, void (*handler)(int), struct sigaction* before) {
  struct sigaction action {};
  action.sa_handler = handler;
  // In a background job tcsetattr(3) would stop the process.
  ::sigemptyset(&action.sa_mask);
  ::sigaddset(&action.sa_mask, SIGTTOU);
  ::sigaction(signal, &action, before);
}

void stop(int signal) {
  const int error = errno;
  go_out();
  (void)std::signal(signal, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  (void)std::raise(signal);
  // Until SIGCONT.
  handle(signal, stop, nullptr);
  go_in();
  tell_change(signal);
  errno = error;
}

TerminalSize read_size() {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_row == 0 || found.ws_col == 0) return {};
  return {found.ws_row, found.ws_col};
}

}  // namespace

bool Screen::is_possible() {
  const char* const terminal = ::getenv("TERM");
  return is_terminal() && terminal != nullptr && std::string_view(terminal) != "dumb";
}

Screen::Screen() {
  state.changed = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  state.has_keys = ::tcgetattr(STDIN_FILENO, &state.before) == 0;
  for (std::size_t i = 0; i < ending.size(); ++i) {
    handle(ending[i], end, &state.ending_before[i]);
    // Whoever started this wants it to go on: nohup(1).
    if (state.ending_before[i].sa_handler == SIG_IGN) ::sigaction(ending[i], &state.ending_before[i], nullptr);
  }
  handle(SIGTSTP, stop, &state.stop_before);
  if (state.stop_before.sa_handler == SIG_IGN) ::sigaction(SIGTSTP, &state.stop_before, nullptr);
  handle(SIGWINCH, tell_change, &state.resize_before);
  go_in();
}

Screen::~Screen() {
  go_out();
  for (std::size_t i = 0; i < ending.size(); ++i) ::sigaction(ending[i], &state.ending_before[i], nullptr);
  ::sigaction(SIGTSTP, &state.stop_before, nullptr);
  ::sigaction(SIGWINCH, &state.resize_before, nullptr);
  state.changed.reset();
}

int Screen::descriptor() const { return state.changed.get(); }

void Screen::take_changes() {
  std::uint64_t count = 0;
  if (::read(state.changed.get(), &count, sizeof count) == sizeof count) drawn_.clear();
}

bool Screen::draw(std::string_view text, std::string_view last) {
  std::string wanted = frame(text, last, read_size());
  if (wanted == drawn_) return true;
  drawn_ = std::move(wanted);
  return write_out(drawn_);
}

int Screen::keys() const { return state.has_keys ? STDIN_FILENO : -1; }

bool Screen::is_told_to_end() const {
  std::array<char, 64> typed{};
  const ssize_t got = ::read(STDIN_FILENO, typed.data(), typed.size());
  if (got < 0) return errno != EINTR && errno != EAGAIN;
  return got == 0 || std::string_view(typed.data(), static_cast<std::size_t>(got)).find('q') != std::string_view::npos;
}

}  // namespace guardd::client
