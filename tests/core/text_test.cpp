// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/text.hpp"

using guardd::first_code_point;
using guardd::printable;

TEST_CASE("ordinary text stays as it is") {
  for (const char* text :
       {"", "/var/lib/mysql", "a b\"c'd", "äöü €", "日本語", "👩‍👩‍👧", "नमस्ते", "\xf4\x8f\xbf\xbf"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("control characters and backslashes are written out") {
  CHECK(printable("a\nb\tc") == "a\\nb\\tc");
  CHECK(printable("\x1b[2J\r\x07\x7f") == "\\x1b[2J\\x0d\\x07\\x7f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\\n") == "\\\\n");  // not the same as a newline
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u{009b}31m");  // C1's one-byte CSI
}

TEST_CASE("characters that hide or reorder text are written out") {
  CHECK(printable("\u202Egnp.exe") == "\\u{202e}gnp.exe");
  CHECK(printable("\u2066x\u2069") == "\\u{2066}x\\u{2069}");
  CHECK(printable("a\u200Bb\uFEFFc\u2028d\u200Fe\u00ADf") == "a\\u{200b}b\\u{feff}c\\u{2028}d\\u{200f}e\\u{00ad}f");
  CHECK(printable("\U000E0041") == "\\u{e0041}");
}

TEST_CASE("bytes that are no UTF-8 are written out one by one") {
  CHECK(printable("\xff") == "\\xff");
  CHECK(printable("a\xc3") == "a\\xc3");
  CHECK(printable("\xc3(") == "\\xc3(");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // overlong '/'
  CHECK(printable("\xe0\x9f\xbf") == "\\xe0\\x9f\\xbf");           // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
  CHECK(printable("\x80x") == "\\x80x");
}

TEST_CASE("the limit has two sides and cuts no escape in two") {
  CHECK(printable("abc", 3) == "abc");
  CHECK(printable("abcd", 3) == "abc...");
  CHECK(printable("ab\n", 4) == "ab\\n");
  CHECK(printable("ab\n", 3) == "ab...");
  CHECK(printable("ab€", 5) == "ab€");
  CHECK(printable("ab€", 4) == "ab...");
  CHECK(printable("x", 0) == "...");
  CHECK(printable("", 0).empty());
  CHECK(printable(std::string(4096, 'a')).size() == 4096);
  CHECK(printable(std::string(4097, 'a')).size() == 4099);
}

TEST_CASE("code points are read whole") {
  CHECK(first_code_point("€x")->value == 0x20ac);
  CHECK(first_code_point("€x")->bytes == 3);
  CHECK(first_code_point("\xf0\x9f\x98\x80")->value == 0x1f600);
  CHECK_FALSE(first_code_point(""));
  CHECK_FALSE(first_code_point("\xf0\x9f\x98"));
}

TEST_CASE("what was made safe once is not escaped again, and what was not is") {
  const std::string once = printable("a\n\\b\xff");
  CHECK(guardd::reprintable(once) == once);
  CHECK(guardd::reprintable("a\n\x1b[2J\xff\u202E") == "a\\n\\x1b[2J\\xff\\u{202e}");
  CHECK(guardd::reprintable("abcd", 3) == "abc...");
}
