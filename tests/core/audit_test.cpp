// SPDX-License-Identifier: Apache-2.0
#include "core/audit.hpp"

#include <catch2/catch.hpp>

#include "core/strict_json.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

const Actor ann{.uid = 1000, .gid = 100, .pid = 77, .exe = "/bin/x\n", .unit = {}, .session = {}, .login_uid = {}};

json record_of(const Verdict& verdict, const std::optional<Actor>& actor = ann) {
  return audit_json({.wall_s = 5, .kind = "verdict", .actor = actor, .what = audit_of(verdict)}, 3);
}

Verdict refused() {
  Verdict verdict;
  verdict.request.operation = Operation::wipe;
  verdict.request.targets.resize(2);
  verdict.request.targets[0].path = "/dev/sda";
  verdict.request.targets[1].path = "/x\n\x1b[31m";
  verdict.outcome = Outcome::refuse;
  verdict.reasons.resize(3);
  verdict.reasons[0].code = "role.primary";
  verdict.reasons[1].code = "dataset.active";
  verdict.reasons[2].code = "role.primary";
  return verdict;
}

}  // namespace

TEST_CASE("a record says who asked what and what he got, each code once") {
  const json record = record_of(refused());
  CHECK(record.at("seq") == 3);
  CHECK(record.at("time") == 5);
  CHECK(record.at("verdict") == "refuse");
  CHECK(record.at("codes") == json{"dataset.active", "role.primary"});
  CHECK(record.at("caller") == json{{"uid", 1000}, {"gid", 100}, {"pid", 77}, {"exe", "/bin/x\\n"}});
  CHECK(audit_line(record) ==
        "wipe of /dev/sda,/x\\n\\x1b[31m: refuse (dataset.active,role.primary); by uid 1000 pid 77 /bin/x\\n");
}

TEST_CASE("a record that stands for many says how many") {
  json record = record_of(refused(), {});
  record["times"] = 412;
  CHECK(audit_line(record).ends_with("refuse (dataset.active,role.primary), 412 times"));
}

TEST_CASE("an allow's line names what was lifted") {
  Verdict verdict;
  verdict.request.whole_host = true;
  verdict.outcome = Outcome::allow;
  CHECK(audit_line(record_of(verdict, {})) == "reinstall of host: allow");
  CHECK(audit_line(record_of(verdict, Actor{})) == "reinstall of host: allow; by uid 0 pid 0");
  Lifted lifted;
  lifted.reason.code = "dataset.at_rest";
  lifted.by = "exception in site.json: a cache";
  verdict.lifted.push_back(lifted);
  CHECK(record_of(verdict).at("lifted").at(0).at("by") == "exception in site.json: a cache");
  CHECK(audit_line(record_of(verdict, {})) == "reinstall of host: allow, lifted dataset.at_rest");
}

TEST_CASE("an override's line says who approved what, and why not") {
  json record{{"kind", "override.applied"},
              {"override",
               {{"id", "o1"},
                {"operation", "wipe"},
                {"targets", {"/dev/sdb"}},
                {"reason", "dying"},
                {"approvals", {{{"principal", "ann"}, {"key", "SHA256:a"}}, {{"principal", "bob"}}}}}}};
  CHECK(audit_line(record) == "override.applied o1, wipe of /dev/sdb: dying; approved by ann,bob");
  record["kind"] = "override.refused";
  record["override"].erase("approvals");
  record["why"] = "it is not good";
  CHECK(audit_line(record) == "override.refused o1, wipe of /dev/sdb: dying; refused, since it is not good");
  record["override"]["approvals"] = {1, {{"principal", 2}}};
  CHECK_FALSE(audit_line(record).empty());
}

TEST_CASE("an allow's record says which override it spends, and nothing else does") {
  Verdict verdict;
  verdict.request.whole_host = true;
  verdict.override_id = "o3";
  verdict.outcome = Outcome::refuse;
  CHECK_FALSE(record_of(verdict).contains("spends"));
  verdict.outcome = Outcome::allow;
  CHECK(record_of(verdict).at("spends") == "o3");
  CHECK(audit_line(record_of(verdict, {})) == "reinstall of host: allow, spends o3");
}

TEST_CASE("neither targets nor what was lifted make a record without bounds") {
  Verdict verdict = refused();
  verdict.request.targets.assign(256, verdict.request.targets[0]);
  verdict.reasons.assign(10'000, verdict.reasons[0]);
  verdict.lifted.resize(10'000);
  CHECK(to_text(record_of(verdict)).size() < 64 * 1024);
  CHECK(audit_line(record_of(verdict)).size() < 2000);
}

TEST_CASE("what is no record has a line all the same") {
  CHECK(audit_line(json()) == "");
  CHECK(audit_line(json::object()) == "");
  CHECK(audit_line({{"kind", "verdict"}, {"caller", 1}, {"codes", 7}}) == " of host: ");
}
