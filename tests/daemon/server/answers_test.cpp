// SPDX-License-Identifier: Apache-2.0
#include "daemon/answers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "daemon/policy_store.hpp"

using namespace guardd;
using nlohmann::json;

namespace {

/// A host that runs a MySQL server without a file to its name.
struct Host {
  Snapshot snapshot;
  Policy policy = *make_policy(*read_policy_sources({{GUARDD_SOURCE_DIR "/policies", false}}));
  Ledger ledger;
  Now now{.boot_ms = 1500, .asked_boot_ms = 1400, .wall_s = 100};
  Identity identity{"private", "0.0.1"};

  Host() {
    snapshot.generation = 41;
    snapshot.began_boot_ms = 1200;
    snapshot.host.hostname = "db1";
    snapshot.host.boot_id = "b";
    snapshot.boot.state = std::string("running");
    ProcessFact server;
    server.pid = 812;
    server.uid = 110;
    server.exe = "/usr/sbin/secret-mariadbd";
    server.service = "mysql";
    server.matched_by = "executable";
    snapshot.processes = {server};
    for (const std::string& name : policy.required_inspectors) snapshot.inspectors.push_back({name, Health::ok, {}, 5});
  }
  [[nodiscard]] Basis basis() const { return {snapshot, policy, ledger, now}; }
};

CheckRequest whole_host() {
  CheckRequest request;
  request.whole_host = true;
  return request;
}

}  // namespace

TEST_CASE("a verdict carries whose it is and what it stands on") {
  const Host host;
  const Verdict verdict = check(host.basis(), whole_host(), host.identity);
  CHECK(verdict.outcome == Outcome::refuse);
  CHECK(verdict.instance == "private");
  CHECK(verdict.snapshot_generation == 41);
  CHECK(verdict.snapshot_age_ms == 300);
}

TEST_CASE("the status has what every operation on the whole host would get, and the datasets") {
  Host host;
  host.snapshot.scan.method = "bpf_iterator";
  const json status = status_json(host.basis(), {}, host.identity, Detail::full);
  CHECK(status.at("host").at("hostname") == "db1");
  CHECK(status.at("instance") == "private");
  CHECK(status.at("version") == "0.0.1");
  REQUIRE(status.at("verdicts").size() == 2);
  CHECK(status.at("verdicts").at(0).at("operation") == "reinstall");
  CHECK(status.at("verdicts").at(0).at("verdict") == "refuse");
  CHECK(status.at("verdicts").at(1).at("operation") == "reboot");
  REQUIRE(status.at("datasets").size() == 1);
  CHECK(status.at("datasets").at(0).at("service") == "mysql");
  CHECK(status.at("inspectors").size() == host.policy.required_inspectors.size());
  CHECK(status.at("snapshot") == json{{"generation", 41}, {"age_ms", 300}});
  CHECK(status.at("scan").at("method") == "bpf_iterator");
  CHECK(status.at("policy").at("digest") == host.policy.digest);
  CHECK(status.at("policy").at("problems").empty());
}

TEST_CASE("a caller who may not see everything learns no pid, program or file name") {
  const Host host;
  const std::string full = status_json(host.basis(), {{"/etc/guardd/policies/secret-x.json: bad"}, "/secret.witness"},
                                       host.identity, Detail::full)
                               .dump();
  CHECK(full.find("812") != std::string::npos);
  CHECK(full.find("secret") != std::string::npos);
  const json summary = status_json(host.basis(), {{"/etc/guardd/policies/secret-x.json: bad"}, "/secret.witness"},
                                   host.identity, Detail::summary);
  CHECK(summary.dump().find("812") == std::string::npos);
  CHECK(summary.dump().find("secret") == std::string::npos);
  CHECK(summary.at("verdicts").at(0).at("verdict") == "refuse");
  CHECK(summary.at("policy").at("problems").size() == 1);
}

TEST_CASE("the policy is told as a whole") {
  const Host host;
  const json policy = policy_json(host.policy, {"a problem"});
  CHECK(policy.at("problems") == json{"a problem"});
  CHECK(policy.at("services").size() == host.policy.services.size());
  CHECK(policy.at("rules").size() == host.policy.rules.size());
  CHECK(policy.at("required_inspectors").size() == host.policy.required_inspectors.size());
  CHECK(policy.at("freshness_ms") == host.policy.freshness_ms);
}
