// SPDX-License-Identifier: Apache-2.0
#include "client/frame.hpp"

#include <catch2/catch.hpp>

#include "client/table.hpp"
#include "client/width.hpp"

namespace guardd::client {
namespace {

TEST_CASE("the width of a line is what a terminal shows of it") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\033[1;31mred\033[0m") == 3);
  CHECK(display_width("\u00e4\u00f6") == 2);
  CHECK(display_width("\u65e5\u672c") == 4);  // wide
  CHECK(display_width("e\u0301") == 1);       // combining
  CHECK(display_width("\xff\xfe") == 2);      // no UTF-8, which printable() never lets through
  CHECK(display_width("\033[1") == 0);
}

TEST_CASE("a line is cut between characters, and its colour ends") {
  CHECK(clipped("abc", 3) == "abc");
  CHECK(clipped("abcd", 3) == "abc");
  CHECK(clipped("a\u65e5\u672c", 4) == "a\u65e5");
  CHECK(clipped("\033[1mabcd\033[0m", 2) == "\033[1mab\033[0m");
  CHECK(clipped("abc", 0).empty());
}

TEST_CASE("a redraw never clears the screen first") {
  CHECK(frame("a\nb\n", "end", {10, 20}) == "\033[Ha\033[K\nb\033[K\nend\033[K\033[J");
  CHECK(frame("", "end", {10, 20}) == "\033[Hend\033[K\033[J");
}

TEST_CASE("a frame has no more lines than the terminal, and none that is too wide") {
  CHECK(frame("1\n2\n3\n", "end", {4, 80}) == "\033[H1\033[K\n2\033[K\n3\033[K\nend\033[K\033[J");
  CHECK(frame("1\n2\n3\n4\n", "end", {4, 80}) ==
        "\033[H1\033[K\n2\033[K\n... and 2 more lines, for a larger window\033[K\nend\033[K\033[J");
  CHECK(frame("abcdef\n", "end", {4, 5}) == "\033[Habcd\033[K\nend\033[K\033[J");
  for (const std::size_t size : {0U, 1U, 2U, 3U}) CHECK_FALSE(frame("a\nb\nc\n", "end", {size, size}).empty());
}

TEST_CASE("columns are as wide as what is shown in them") {
  const Style colour{true};
  CHECK(table({{{"A"}, {"B"}}}, colour).empty());
  CHECK(table({{{"A"}, {"B"}}, {{"\u65e5"}, {"x"}}, {{"abc", &Style::red}, {"y"}}}, colour) ==
        "  A    B\n  \u65e5   x\n  \033[1;31mabc\033[0m  y\n");
  // A column in which nothing stands is none, a cell in which nothing stands is a dash.
  CHECK(table({{{"A"}, {"B"}, {"C"}}, {{"1"}, {}, {}}, {{}, {}, {"3"}}}, Style{}) == "  A  C\n  1  -\n  -  3\n");
}

TEST_CASE("one long text does not push the columns of the other rows away, both sides of the bound") {
  for (const std::size_t length : {60U, 61U}) {
    const std::string text = table({{{"A"}, {"B"}}, {{std::string(length, 'x')}, {"1"}}, {{"y"}, {"2"}}}, Style{});
    CHECK(text.find('2') - text.find('y') == 62);
  }
}

}  // namespace
}  // namespace guardd::client
