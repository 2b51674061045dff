// SPDX-License-Identifier: Apache-2.0
#include "tests/client/answers.hpp"

#include <fstream>

namespace guardd::client::test {

std::string this_boot() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

nlohmann::json reason(const std::string& code) {
  return {{"code", code},
          {"rule", "data/active"},
          {"message", "mariadbd has its data in use"},
          {"remedy", "stop it"},
          {"dataset",
           {{"id", "mysql:1:2"},
            {"service", "mysql"},
            {"role", "primary"},
            {"path", "/var/lib/mysql"},
            {"devices", {"/dev/nvme0n1p2", "/dev/nvme0n1"}},
            {"state", "active"}}},
          {"evidence",
           {{{"inspector", "open_files"},
             {"pid", 812},
             {"exe", "/usr/sbin/mariadbd"},
             {"file", "/var/lib/mysql/ibdata1"}}}}};
}

nlohmann::json answer(const std::string& verdict, const std::string& operation,
                      const std::vector<std::string>& targets) {
  nlohmann::json reasons = nlohmann::json::array();
  if (verdict == "refuse") reasons.push_back(reason("dataset.active"));
  if (verdict == "unknown") reasons.push_back(reason("inspector.failed"));
  return {
      {"operation", operation},
      {"scope", targets.empty() ? "host" : "targets"},
      {"targets", targets},
      {"verdict", verdict},
      {"reasons", reasons},
      {"lifted", nlohmann::json::array()},
      {"host", {{"hostname", "db1"}, {"machine_id", "0123456789abcdef0123456789abcdef"}, {"boot_id", this_boot()}}},
      {"instance", "system"},
      {"snapshot", {{"generation", 4711}, {"age_ms", 2}, {"inspectors", {{{"name", "processes"}, {"health", "ok"}}}}}},
      {"policy", {{"generation", 3}, {"digest", "sha256:00"}}}};
}

}  // namespace guardd::client::test
