// SPDX-License-Identifier: Apache-2.0
#include "daemon/historian.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "core/dataset.hpp"
#include "core/history.hpp"
#include "core/release.hpp"
#include "core/wire_release.hpp"

namespace guardd {

std::vector<RememberedDataset> Historian::recall() const {
  const Ledger& ledger = keeper_.current();
  std::vector<RememberedDataset> remembered;
  for (const DatasetMemory& memory : ledger.memories) {
    const bool released = std::ranges::find(ledger.releases, memory.id, &Release::dataset) != ledger.releases.end();
    remembered.push_back({.id = memory.id,
                          .path = memory.contained ? "" : memory.path,
                          .fs_uuid = memory.fs_uuid,
                          .fstype = memory.fstype,
                          .handle = memory.handle,
                          .anchors = memory.anchors,
                          .watermark = released || watched_.contains(memory.id)});
  }
  return remembered;
}

void Historian::learn(const Snapshot& snapshot) {
  const std::vector<Dataset> datasets = assemble_datasets(snapshot);
  keeper_.learn(guardd::learn(keeper_.current().memories, snapshot, datasets), snapshot.began_wall_s);
  const std::vector<Release> releases = keeper_.current().releases;
  for (const Release& release : releases) {
    const std::string why = why_lapsed(release, snapshot, datasets);
    if (!why.empty() && ending_.insert(release.id).second) end_release(release, why, snapshot.began_wall_s);
  }
}

void Historian::end_release(const Release& release, const std::string& why, std::int64_t wall_s) {
  ledger::Change change{.record = {.wall_s = wall_s, .kind = "release.lapsed", .actor = {}, .what = {{"why", why}}}};
  change.revoke_release = release.id;
  boost::asio::co_spawn(
      executor_,
      [this, change = std::move(change)]() mutable -> boost::asio::awaitable<void> {
        const std::string id = *change.revoke_release;
        const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
        // One that could not be stored is tried again after the next look; until then the facts keep it from counting.
        if (!stored) ending_.erase(id);
      },
      boost::asio::detached);
}

}  // namespace guardd
