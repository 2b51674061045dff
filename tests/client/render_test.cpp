// SPDX-License-Identifier: Apache-2.0
#include "client/render.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "client/fetch.hpp"
#include "client/output.hpp"
#include "tests/client/answers.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;
using test::has;

/// Nothing that a terminal would act on, and one line stays one line.
bool is_safe(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

/// Every string in the document becomes `bytes`.
void poison(json& value, const std::string& bytes) {
  if (value.is_string()) value = bytes;
  if (value.is_structured()) {
    for (json& inner : value) poison(inner, bytes);
  }
}

json status_document() {
  json verdict = test::answer("refuse");
  return {
      {"host", verdict["host"]},
      {"instance", "system"},
      {"version", "0.1.0"},
      {"verdicts", {verdict, test::answer("allow", "reboot")}},
      {"datasets",
       {{{"id", "mysql:1:2"},
         {"service", "mysql"},
         {"role", "unknown"},
         {"role_detail", "access denied"},
         {"path", "/var/lib/mysql"},
         {"state", "active"},
         {"devices", {"/dev/sda1", "/dev/sda"}},
         {"pids", {812}}},
        {{"service", "redis"}, {"state", "active"}, {"memory", true}}}},
      {"inspectors", {{{"name", "processes"}, {"health", "ok"}, {"problems", json::array()}, {"duration_us", 12340}}}},
      {"policy", {{"generation", 3}, {"digest", "sha256:00"}, {"problems", {"site.json: /rules: no"}}}},
      {"snapshot", {{"generation", 9}, {"age_ms", 40}}}};
}

TEST_CASE("a refusal says what, by which evidence, and what to do") {
  const std::string text = render_verdict(test::answer("refuse"), Style{});
  CHECK(text.starts_with("REFUSED: db1 must not be reinstalled.\n"));
  CHECK(has(text, "mysql (primary, active) at /var/lib/mysql on /dev/nvme0n1p2, /dev/nvme0n1\n"));
  CHECK(has(text, "mariadbd has its data in use [dataset.active, rule data/active]\n"));
  CHECK(has(text, "open_files: pid 812 /usr/sbin/mariadbd /var/lib/mysql/ibdata1\n"));
  CHECK(has(text, "-> stop it\n"));
  CHECK(has(text, "snapshot 4711, 2 ms old; policy 3"));
}

TEST_CASE("an unknown says that it is not safe, an allow what was lifted") {
  CHECK(render_verdict(test::answer("unknown", "wipe", {"/dev/sdb"}), Style{})
            .starts_with("UNKNOWN: whether /dev/sdb may be wiped is not known. Treat it as not safe.\n"));
  json allow = test::answer("allow", "reboot");
  CHECK(render_verdict(allow, Style{}).starts_with("ALLOWED: db1 may go down.\n"));
  json lifted = test::reason("dataset.at_rest");
  lifted["by"] = "exception in site.json: cache only";
  allow["lifted"].push_back(lifted);
  CHECK(has(render_verdict(allow, Style{}),
            "lifted by exception in site.json: cache only: mariadbd has its data in use"));
}

TEST_CASE("what went wrong has the word for its exit status") {
  const json error{{"error", {{"code", "c"}, {"message", "m"}, {"remedy", "r"}}}};
  CHECK(render_failure({1, error}, Style{}) == "REFUSED: m [c]\n  -> r\n");
  CHECK(render_failure({2, error}, Style{}) == "WRONG: m [c]\n  -> r\n");
  CHECK(render_failure({3, error}, Style{}) == "UNKNOWN: m [c]\n  -> r\n");
  CHECK(render_failure({4, error}, Style{}) == "NOT PERMITTED: m [c]\n  -> r\n");
}

TEST_CASE("what is no verdict of ours is shown as unknown") {
  for (const json& document : {json(), json::array(), json::object(), json{{"verdict", 7}}, json{{"verdict", "ALLOW"}},
                               json{{"verdict", "refuse"}, {"reasons", "x"}}, json{{"reasons", {1, "x", nullptr}}}}) {
    const std::string text = render_verdict(document, Style{});
    CHECK_FALSE(text.starts_with("ALLOWED"));
  }
}

TEST_CASE("hostile bytes reach no terminal") {
  const std::string hostile =
      "x\n\r\t\033[2J\033]0;owned\007\x7f"
      "\u009b31m\u202e\u2066\u200f"
      "\x80\xff\xc0\xaf end";
  for (const bool colour : {false, true}) {
    json verdict = test::answer("refuse");
    json whole_status = status_document();
    json failure = {{"error", {{"code", "c"}, {"message", "m"}, {"remedy", "r"}}}};
    verdict["lifted"].push_back(test::reason("x"));
    for (json* document : {&verdict, &whole_status, &failure}) poison(*document, hostile);
    for (const std::string& text : {render_verdict(verdict, Style{colour}), render_status(whole_status, Style{colour}),
                                    render_failure({3, failure}, Style{colour})}) {
      std::string plain = text;
      if (colour) {
        for (const char* own : {"\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[1m", "\033[2m", "\033[0m"}) {
          for (std::size_t at = 0; (at = plain.find(own)) != std::string::npos;)
            plain.erase(at, std::string(own).size());
        }
      }
      INFO(plain);
      CHECK(is_safe(plain));
      CHECK_FALSE(has(plain, "[2J\n"));
    }
    CHECK(is_safe(json_line(verdict)));
    const std::string line = json_line(verdict);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(is_safe(json_indented(whole_status)));
  }
}

TEST_CASE("json_line changes no meaning") {
  const json document = {{"path", "/srv/\u00e4\n\033 \u202e"}};
  CHECK(json::parse(json_line(document)) == document);
}

TEST_CASE("long answers stay short for people, both sides of each bound") {
  json document = test::answer("refuse");
  document["reasons"] = json::array();
  for (int i = 0; i < 20; ++i) document["reasons"].push_back(test::reason("dataset.active"));
  CHECK_FALSE(has(render_verdict(document, Style{}), "more reasons"));
  document["reasons"].push_back(test::reason("dataset.active"));
  CHECK(has(render_verdict(document, Style{}), "and 1 more reasons: --json shows all"));

  json one = test::answer("refuse");
  json& evidence = one["reasons"][0]["evidence"];
  while (evidence.size() < 4) evidence.push_back(evidence[0]);
  CHECK_FALSE(has(render_verdict(one, Style{}), "more: --json"));
  evidence.push_back(evidence[0]);
  CHECK(has(render_verdict(one, Style{}), "and 1 more: --json shows all"));
}

TEST_CASE("colour is put on the verdict, and only when asked for") {
  CHECK(render_verdict(test::answer("refuse"), Style{true}).starts_with("\033[1;31mREFUSED\033[0m: "));
  CHECK(render_verdict(test::answer("allow"), Style{true}).starts_with("\033[1;32mALLOWED\033[0m: "));
  CHECK(render_verdict(test::answer("unknown"), Style{true}).starts_with("\033[1;33mUNKNOWN\033[0m: "));
  CHECK_FALSE(has(render_verdict(test::answer("refuse"), Style{}), "\033"));
}

}  // namespace
}  // namespace guardd::client
