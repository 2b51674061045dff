// SPDX-License-Identifier: Apache-2.0
#include "client/spinner.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "client/deadline.hpp"
#include "client/output.hpp"

namespace guardd::client {
namespace {

constexpr std::chrono::milliseconds first_turn{300};
constexpr std::chrono::milliseconds between_turns{100};
constexpr std::array<std::string_view, 4> signs{"|", "/", "-", "\\"};

/// A terminal that moves its cursor.
bool can_be_drawn_on() {
  const char* const terminal = ::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

Spinner::Spinner(bool wanted) : wanted_(wanted && can_be_drawn_on()) {}

bool Spinner::start(std::string what) {
  if (!what_.empty()) return false;
  what_ = std::move(what);
  began_ = Clock::now();
  due_ = began_ + first_turn;
  return true;
}

void Spinner::stop() {
  erase();
  what_.clear();
}

void Spinner::erase() {
  if (drawn_) write_error("\r\033[K");
  drawn_ = false;
}

void Spinner::be_still() {
  stop();
  wanted_ = false;
}

int Spinner::turn(int wait_ms) {
  if (!wanted_ || what_.empty()) return wait_ms;
  if (const auto now = Clock::now(); now >= due_) {
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count() / 100;
    std::string text = "\r";
    text.append(signs.at(turns_++ % signs.size())).append(" ").append(what_).append(", ");
    write_error(text + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s\033[K");
    drawn_ = true;
    due_ = now + between_turns;
  }
  const int next_ms = Deadline(due_ - Clock::now()).poll_ms();
  return wait_ms < 0 ? next_ms : std::min(wait_ms, next_ms);
}

void Spinner::pause_for(std::chrono::nanoseconds time) {
  const Deadline deadline(time);
  while (!deadline.over()) {
    if (::poll(nullptr, 0, turn(deadline.poll_ms())) < 0) return;
  }
}

}  // namespace guardd::client
