// SPDX-License-Identifier: Apache-2.0
#include "client/width.hpp"

#include <clocale>
#include <cwchar>
#include <optional>

#include "core/text.hpp"

namespace guardd::client {
namespace {

/// wcwidth(3) goes by the locale, and guardctl's text is always UTF-8. glibc 2.35 and later has this one built in.
class Utf8Locale {
 public:
  Utf8Locale() : made_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (made_ != nullptr) before_ = ::uselocale(made_);
  }
  ~Utf8Locale() {
    if (made_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(made_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t made_;
  locale_t before_ = nullptr;
};

struct Piece {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};

/// What `text`, which is not empty, begins with: an escape sequence of ours, or a character.
Piece first_piece(std::string_view text) {
  if (text.starts_with("\033[")) {
    const std::size_t end = text.find('m');
    return {end == std::string_view::npos ? text.size() : end + 1, 0};
  }
  if (static_cast<unsigned char>(text.front()) < 0x80) return {1, 1};
  const std::optional<CodePoint> point = first_code_point(text);
  if (!point) return {1, 1};
  const int columns = ::wcwidth(static_cast<wchar_t>(point->value));
  return {point->bytes, columns < 0 ? std::size_t{1} : static_cast<std::size_t>(columns)};
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

std::size_t display_width(std::string_view line) {
  std::optional<Utf8Locale> locale;
  if (!is_ascii(line)) locale.emplace();
  std::size_t columns = 0;
  while (!line.empty()) {
    const Piece piece = first_piece(line);
    columns += piece.columns;
    line.remove_prefix(piece.bytes);
  }
  return columns;
}

std::string clipped(std::string_view line, std::size_t columns) {
  std::optional<Utf8Locale> locale;
  if (!is_ascii(line)) locale.emplace();
  std::string text;
  std::size_t taken = 0;
  bool full = false;
  while (!line.empty()) {
    const Piece piece = first_piece(line);
    full = full || taken + piece.columns > columns;
    // Behind the last column, too: the escape sequence that ends a colour.
    if (line.front() == '\033' || !full) text.append(line.substr(0, piece.bytes));
    if (!full) taken += piece.columns;
    line.remove_prefix(piece.bytes);
  }
  return text;
}

}  // namespace guardd::client
