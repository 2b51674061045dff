// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "client/render.hpp"
#include "client/render_health.hpp"
#include "tests/client/answers.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;
using test::has;

json inspector(const char* name, const char* health = "ok", json problems = json::array()) {
  return {{"name", name}, {"health", health}, {"problems", std::move(problems)}, {"duration_us", 12340}};
}

/// A host on which all is well and nothing is.
json quiet_host() {
  const json verdict = test::answer("allow");
  return {{"host", verdict["host"]},
          {"instance", "system"},
          {"version", "0.1.0"},
          {"verdicts", {verdict, test::answer("allow", "reboot")}},
          {"datasets", json::array()},
          {"inspectors", {inspector("processes"), inspector("storage")}},
          {"event_sources", {{{"name", "processes"}, {"health", "ok"}}}},
          {"policy", {{"generation", 3}, {"digest", "sha256:00"}, {"problems", json::array()}}},
          {"ledger", {{"problems", json::array()}}},
          {"holds", json::array()},
          {"releases", json::array()},
          {"permits", json::array()},
          {"remembered", json::array()},
          {"snapshot", {{"generation", 9}, {"age_ms", 40}}}};
}

std::string rendered(const json& document) { return render_status(document, Style{}); }

TEST_CASE("a host on which all is well takes few lines") {
  CHECK(rendered(quiet_host()) ==
        "db1, guardd 0.1.0, system instance, as of 40 ms ago\n"
        "  reinstall  ALLOWED\n"
        "  reboot     ALLOWED\n"
        "\nDatasets\n  none: no data of a service that the policy knows\n"
        "\nHealth    no problem: all 2 inspectors ok, policy 3\n");
}

TEST_CASE("how old it is, both sides of each bound") {
  json document = quiet_host();
  for (const auto& [ms, shown] :
       {std::pair{999, "999 ms"}, std::pair{1'000, "1 s"}, std::pair{119'999, "119 s"}, std::pair{120'000, "2 min"}}) {
    document["snapshot"]["age_ms"] = ms;
    CHECK(has(rendered(document), std::string("as of ") + shown + " ago\n"));
  }
}

TEST_CASE("the verdicts come first, with where to ask why") {
  json document = quiet_host();
  document["verdicts"] = {test::answer("refuse"), test::answer("unknown", "reboot")};
  document["verdicts"][0]["lifted"].push_back(test::reason("hold.active"));
  const std::string text = rendered(document);
  CHECK(has(text,
            "ago\n  reinstall  REFUSED  dataset.active  (1 lifted)\n  reboot     UNKNOWN  inspector.failed\n"
            "  -> why, and what to do: guardctl check-reinstall, guardctl check-reboot\n\nDatasets\n"));
  document["verdicts"][1] = test::answer("allow", "reboot");
  CHECK(has(rendered(document), "what to do: guardctl check-reinstall\n"));
}

TEST_CASE("datasets are a table, and what is remembered is not told twice") {
  json document = quiet_host();
  document["datasets"] = {{{"id", "mysql-1"},
                           {"service", "mysql"},
                           {"role", "unknown"},
                           {"role_detail", "access denied"},
                           {"path", "/srv/\u00e4\u00f6"},
                           {"state", "active"},
                           {"devices", {"/dev/sda1", "/dev/sda"}},
                           {"pids", {812}}},
                          {{"id", "redis-2"}, {"service", "redis"}, {"state", "active"}, {"memory", true}}};
  document["remembered"] = {
      {{"id", "mysql-1"}, {"service", "mysql"}, {"path", "/srv/\u00e4\u00f6"}, {"last_seen_s", 1}},
      {{"id", "redis-9"}, {"service", "redis"}, {"path", "/mnt/r"}, {"devices", {"/dev/sdb"}}, {"last_seen_s", 1}}};
  const std::string text = rendered(document);
  CHECK(has(text,
            "Datasets\n"
            "  SERVICE  ROLE                    STATE   PATH      DEVICES              PIDS  ID\n"
            "  mysql    unknown: access denied  active  /srv/\u00e4\u00f6   /dev/sda1, /dev/sda  812   mysql-1\n"
            "  redis    -                       active  (memory)  -                    -     redis-2\n"));
  CHECK(has(text, "\nRemembered, and not here now\n"));
  CHECK(has(text, "/mnt/r  /dev/sdb  redis-9\n"));
  CHECK(text.find("mysql-1") == text.rfind("mysql-1"));
}

TEST_CASE("what was decided, and what runs") {
  json document = quiet_host();
  document["holds"] = {
      {{"id", "h1"}, {"operation", "wipe"}, {"targets", {"/dev/sda"}}, {"by", "ann"}, {"reason", "x y"}},
      {{"id", "h2"}, {"operation", "reboot"}, {"until_s", 1}, {"lapsed", true}, {"reason", "z"}}};
  document["releases"] = {{{"id", "r1"}, {"path", "/srv/old"}, {"by", "ann"}, {"reason", "drained"}},
                          {{"id", "r2"}, {"device", "/dev/sdb"}, {"reason", "spare"}}};
  document["permits"] = {
      {{"id", "p1"}, {"state", "running"}, {"operation", "wipe"}, {"targets", {"/dev/sdb"}}, {"holder", {{"pid", 7}}}}};
  const std::string text = rendered(document);
  CHECK(has(text, "h1  wipe       /dev/sda"));
  CHECK(has(text, "(over)  -    z\n"));
  CHECK(has(text, "r1  /srv/old  ann  drained\n  r2  /dev/sdb  -    spare\n"));
  CHECK(has(text, "p1  running  wipe       /dev/sdb  pid 7\n"));
  CHECK_FALSE(has(text, "interrupted"));
  document["permits"][0]["state"] = "interrupted";
  CHECK(has(rendered(document), "guardctl permit end ID --reason TEXT"));
  for (const char* part : {"Holds", "Released", "Permits"}) CHECK_FALSE(has(rendered(quiet_host()), part));
}

TEST_CASE("a problem is told in full, with what to do, and the rest in one line") {
  json document = quiet_host();
  document["inspectors"] = {inspector("processes"), inspector("storage", "failed", {"no udev", "no sysfs"}),
                            inspector("roles", "degraded", {"slow"}), inspector("clients")};
  document["policy"]["problems"] = {"site.json: /rules: no"};
  document["ledger"]["problems"] = {"its witness is gone"};
  document["event_sources"].push_back({{"name", "swap"}, {"health", "failed"}, {"problem", "no netlink"}});
  const std::string text = render_health(document, Style{});
  for (const char* told :
       {"inspector storage failed:\n    no udev\n    no sysfs\n", "inspector roles degraded:\n    slow\n",
        "policy problem: site.json: /rules: no\n", "ledger problem: its witness is gone\n",
        "not told of swap: no netlink\n", "  2 others ok, policy 3\n"})
    CHECK(has(text, told));
  CHECK_FALSE(has(text, "no problem"));
  std::size_t remedies = 0;
  for (std::size_t at = 0; (at = text.find("\n    -> ", at)) != std::string::npos; ++at) ++remedies;
  CHECK(remedies == 4);
  // One problem alone is enough, whichever it is.
  for (const char* part : {"inspectors", "policy", "ledger", "event_sources"}) {
    json one = quiet_host();
    one[part] = document[part];
    CHECK_FALSE(has(render_health(one, Style{}), "no problem"));
    CHECK(has(render_health(one, Style{}), "    -> "));
  }
}

TEST_CASE("many problems of one inspector are cut off, both sides of the bound") {
  json document = quiet_host();
  json problems = json::array();
  for (int i = 0; i < 20; ++i) problems.push_back("x");
  document["inspectors"] = {inspector("storage", "failed", problems)};
  CHECK_FALSE(has(render_health(document, Style{}), "more: --json"));
  problems.push_back("x");
  document["inspectors"] = {inspector("storage", "failed", problems)};
  CHECK(has(render_health(document, Style{}), "and 1 more: --json shows all"));
}

TEST_CASE("an inspector whose health is none of ours is not well") {
  json document = quiet_host();
  for (const json& odd : {json{{"name", "storage"}}, json{{"name", "storage"}, {"health", "OK"}}, json(7)}) {
    document["inspectors"] = {odd};
    CHECK_FALSE(has(render_health(document, Style{}), "no problem"));
  }
}

TEST_CASE("status for others: what was left out is left out") {
  json document = quiet_host();
  for (const char* part : {"snapshot", "inspectors", "event_sources", "policy", "ledger", "holds"})
    document.erase(part);
  document["datasets"] = {{{"service", "mysql"}, {"state", "active"}}};
  const std::string text = rendered(document);
  CHECK(has(text, "  SERVICE  STATE\n  mysql    active\n"));
  CHECK_FALSE(has(text, "Health"));
  for (const json& odd : {json(), json::object(), json{{"verdicts", 1}, {"datasets", {1, nullptr}}, {"policy", "x"}}})
    CHECK_FALSE(rendered(odd).empty());
}

}  // namespace
}  // namespace guardd::client
