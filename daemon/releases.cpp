// SPDX-License-Identifier: Apache-2.0
#include "daemon/releases.hpp"

#include <algorithm>
#include <utility>

#include "core/dataset.hpp"
#include "core/override.hpp"
#include "core/release_candidates.hpp"
#include "core/strict_json.hpp"
#include "daemon/actor.hpp"
#include "daemon/decisions.hpp"
#include "os/clock.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

Release release_of(const DatasetMemory& memory, const Snapshot& snapshot, std::string basis) {
  Release release;
  release.dataset = memory.id;
  release.service = memory.service;
  release.path = memory.path;
  release.basis = std::move(basis);
  const auto fact = std::ranges::find(snapshot.memories, memory.id, &MemoryFact::id);
  if (fact != snapshot.memories.end()) release.watermark = fact->watermark;
  return release;
}

std::string name_of(const ReleaseRequest& request) {
  return request.dataset.empty() ? request.targets.front().path : request.dataset;
}

json shown(const std::vector<Release>& releases) {
  json list = json::array();
  for (const Release& release : releases) list.push_back(release_json(release));
  return {{"releases", std::move(list)}};
}

}  // namespace

Reply Releases::list() const {
  const Ledger& ledger = keeper_.current();
  if (!ledger.readable.known()) return error_reply(503, "ledger.failed", ledger.readable.why());
  return {200, to_text({{"releases", releases_json(ledger)}}), {}};
}

std::vector<DatasetMemory> Releases::named_by(const ReleaseRequest& request, const Snapshot& snapshot) const {
  const std::vector<DatasetMemory>& memories = keeper_.current().memories;
  if (request.dataset.empty()) {
    return memories_at(memories, snapshot, assemble_datasets(snapshot), request.targets.front());
  }
  std::vector<DatasetMemory> named;
  std::ranges::copy_if(memories, std::back_inserter(named),
                       [&](const DatasetMemory& memory) { return memory.id == request.dataset; });
  return named;
}

asio::awaitable<Reply> Releases::add(ReleaseRequest request, Caller caller) {
  if (!keeper_.current().lost.empty()) {
    co_return error_reply(409, "ledger.lost", "what was on this host is not known: " + keeper_.current().lost);
  }
  // Two looks: what the first finds for the first time, the second can be asked how far it has come.
  Looked looked = co_await looker_.fresh(0);
  std::set<std::string> named;
  for (const DatasetMemory& memory : named_by(request, *looked.snapshot)) named.insert(memory.id);
  std::vector<Release> devices;
  if (request.dataset.empty() && request.targets.front().block_device && request.targets.front().device) {
    devices = device_releases(*looked.snapshot, *request.targets.front().device);
  }
  if (named.empty() && devices.empty()) {
    co_return error_reply(400, "bad_request",
                          "nothing that guardd knows of is called, or lies at, " + name_of(request) +
                              ": guardctl status shows what this host holds");
  }
  historian_.watch(named);
  looked = co_await looker_.fresh(0);
  historian_.watch({});

  ledger::Change change{.record = record_of("release.added", caller)};
  const std::vector<Dataset> datasets = assemble_datasets(*looked.snapshot);
  ReleaseTerms terms{quiet_s_, change.record.wall_s, keeper_.current().latest_s};
  const HostFact& host = looked.snapshot->host;
  const BootMoment now{host.boot_id, boot_now_ms()};
  for (const DatasetMemory& memory : keeper_.current().memories) {
    if (!named.contains(memory.id)) continue;
    const Override* const approval = approval_of_release(keeper_.current().overrides, memory.id, host.machine_id, now);
    terms.approval = approval == nullptr ? "" : describe(*approval);
    ReleaseJudgement judgement = judge_release(memory, *looked.snapshot, datasets, terms);
    if (judgement.used_approval && change.override_step) {
      judgement = {
          .basis = {}, .why_not = "more than one of these takes an approval", .remedy = "Release each by its id"};
    }
    if (judgement.basis.empty()) {
      change.record.kind = "release.refused";
      change.record.what["dataset"] = memory.id;
      change.record.what["why"] = judgement.why_not;
      keeper_.store_late(std::move(change.record));
      co_return error_reply(409, "release.refused", judgement.why_not + ". " + judgement.remedy);
    }
    if (judgement.used_approval) change.override_step = ledger::OverrideStep{.spend = approval->id};
    Release release = release_of(memory, *looked.snapshot, std::move(judgement.basis));
    release.reason = request.reason;
    release.by = describe(*change.record.actor);
    release.added_s = change.record.wall_s;
    change.add_releases.push_back(std::move(release));
  }
  for (Release& release : devices) {
    release.basis = "nobody had it mounted";
    release.reason = request.reason;
    release.by = describe(*change.record.actor);
    release.added_s = change.record.wall_s;
    change.add_releases.push_back(std::move(release));
  }
  if (change.add_releases.empty()) co_return error_reply(409, "release.refused", "it is gone by now. Ask again");
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  if (!stored) co_return refused(stored.error());
  co_return Reply{201, to_text(shown(stored->releases)), {}};
}

asio::awaitable<Reply> Releases::revoke(std::string id, Caller caller) {
  ledger::Change change{.record = record_of("release.revoked", caller)};
  change.revoke_release = std::move(id);
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  if (!stored) co_return refused(stored.error());
  co_return Reply{200, to_text(shown(stored->releases)), {}};
}

}  // namespace guardd
