// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/target_questions.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/decide.hpp"
#include "daemon/worker/ask.hpp"
#include "daemon/worker/gather.hpp"
#include "daemon/worker/protocol.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Why the reports' inspector did not see everything; empty: it did.
std::string problem_of(const std::vector<InspectorReport>& reports) {
  const auto found = std::ranges::find_if(reports, [](const auto& one) { return one.health != Health::ok; });
  if (found == reports.end()) return "";
  return found->problems.empty() ? "it gave no reason" : found->problems.front();
}

asio::awaitable<void> ask_claims(WorkerRunner& workers, ClaimsInput input, milliseconds deadline, Snapshot& snapshot) {
  nlohmann::json question(input);
  Result<ClaimsOutput> answer = co_await ask<ClaimsOutput>(workers, "claims", std::move(question), deadline);
  if (answer && problem_of(answer->reports).empty()) snapshot.claims = std::move(answer->claims);
}

asio::awaitable<void> look_through(WorkerRunner& workers, TargetsInput input, milliseconds deadline,
                                   Snapshot& snapshot) {
  nlohmann::json question(input);
  Result<TargetsOutput> answer = co_await ask<TargetsOutput>(workers, "targets", std::move(question), deadline);
  const std::string problem = answer ? problem_of(answer->reports) : answer.error().message;
  if (problem.empty()) {
    snapshot.target_looks = std::move(answer->looks);
    std::ranges::move(answer->directories, std::back_inserter(snapshot.directories));
    co_return;
  }
  for (const TargetPath& target : input.targets) {
    snapshot.target_looks.push_back({.path = target.path, .whole = Unknown{problem}, .in_use = {}});
  }
}

TargetsInput targets_input(const Snapshot& snapshot, const Policy& policy, const CheckRequest& request,
                           milliseconds deadline) {
  TargetsInput input;
  input.deadline_ms = deadline.count();
  for (const Target& target : request.targets) {
    if (target.block_device) continue;
    input.targets.push_back({target.path, target.mount_id.value_or(-1), target.inode.value_or(0)});
  }
  input.recognitions = policy.recognitions();
  for (const BlockDeviceFact& device : snapshot.devices) {
    if (!device.backing_file.empty()) input.loops.push_back(device);
  }
  return input;
}

}  // namespace

asio::awaitable<std::shared_ptr<const Snapshot>> ask_about_targets(WorkerRunner& workers,
                                                                   std::shared_ptr<const Snapshot> snapshot,
                                                                   std::shared_ptr<const Policy> policy,
                                                                   CheckRequest request, Deadlines deadlines) {
  const auto known = std::make_shared<Snapshot>(*snapshot);
  ClaimsInput claims{devices_to_claim(*snapshot, request)};
  TargetsInput targets = targets_input(*snapshot, *policy, request, deadlines.targets);
  std::vector<asio::awaitable<void>> questions;
  if (!claims.devices.empty()) {
    questions.push_back(ask_claims(workers, std::move(claims), deadlines.claims + deadlines.late, *known));
  }
  if (!targets.targets.empty()) {
    questions.push_back(look_through(workers, std::move(targets), deadlines.targets + deadlines.late, *known));
  }
  co_await gather(std::move(questions));
  co_return known;
}

boost::asio::awaitable<Looked> look_afresh(Looker& looker, WorkerRunner& workers, CheckRequest request) {
  Looked looked = co_await looker.fresh(0);
  if (request.operation == Operation::wipe) {
    looked.snapshot =
        co_await ask_about_targets(workers, looked.snapshot, looked.policy, std::move(request), looker.deadlines());
  }
  co_return looked;
}

}  // namespace guardd
