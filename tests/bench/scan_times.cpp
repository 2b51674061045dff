// SPDX-License-Identifier: Apache-2.0
// scan_times POLICY_DIRECTORY ROUNDS [iterator]: milliseconds and processor time of what an inspection of processes and
// open files takes, by readlink(2) and by the kernel's iterator (or by it alone), and of a bare pass of the iterator.
// Prints JSON, a list of rounds each.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/policy.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/task_file_iterator.hpp"
#include "os/clock.hpp"
#include "os/read.hpp"

namespace {

double processor_ms() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

guardd::Policy read_policy(const char* directory) {
  std::vector<guardd::PolicyFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string path = entry.path();
    if (!path.ends_with(".json") || path.ends_with(".schema.json")) continue;
    const auto text = guardd::read_file(path, guardd::policy_limits.bytes);
    files.push_back(guardd::parse_policy(path, text.value()).value());
  }
  return guardd::merge_policies(files).value();
}

void measure(nlohmann::json& out, const char* name, const std::function<void()>& work) {
  const std::int64_t began_us = guardd::monotonic_now_us();
  const double before_ms = processor_ms();
  work();
  out[name].push_back(static_cast<double>(guardd::monotonic_now_us() - began_us) / 1e3);
  out[std::string(name) + "_processor"].push_back(processor_ms() - before_ms);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: scan_times POLICY_DIRECTORY ROUNDS [iterator]\n", stderr);
    return 2;
  }
  const guardd::Policy policy = read_policy(argv[1]);
  const auto link = guardd::walk::load_task_file_iterator();
  nlohmann::json out;
  if (!link) out["no_iterator"] = link.error().message;
  guardd::ProcessesInput input{policy.recognitions(), 60'000, false};
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    input.readlink_only = true;
    if (argc == 3) measure(out, "readlink", [&] { (void)guardd::inspect_processes(input, {}); });
    if (!link) continue;
    input.readlink_only = false;
    measure(out, "iterator", [&] { (void)guardd::inspect_processes(input, {}, guardd::walk::iterator_at_hand(link)); });
    measure(out, "bare_iterator",
            [&] { (void)guardd::walk::pass_over_task_files(link->get(), guardd::monotonic_now_us() + 60'000'000); });
  }
  std::cout << out.dump() << '\n';
  return 0;
}
