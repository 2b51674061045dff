// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/data/filesystems.hpp"
#include "daemon/data/finder.hpp"
#include "daemon/data/places.hpp"
#include "daemon/data/search.hpp"
#include "daemon/data/superblocks.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"

namespace guardd {

namespace {

/// When the search ends, so that there is time to answer.
std::int64_t search_deadline_us(std::int64_t start, std::int64_t deadline_ms) {
  constexpr std::int64_t answering_ms = 500;
  return start + std::max(deadline_ms * 6 / 10, deadline_ms - answering_ms) * 1000;
}

}  // namespace

DataOutput inspect_data(const DataInput& input, const HostRoot& root) {
  const std::int64_t start = monotonic_now_us();
  const std::int64_t deadline = start + input.deadline_ms * 1000;
  std::vector<std::string> problems;
  DataOutput output;
  const LockHolders locks(root, problems);
  Views views(input.mount_namespaces, root, problems);
  Finder finder(input.recognitions, locks, root, deadline);

  Places(input, root, views, finder, problems).look();
  output.filesystems = filesystem_facts(durable_superblocks(views.namespaces()));
  const SearchBudget budget{.directories = 40'000, .deadline_us = search_deadline_us(start, input.deadline_ms)};
  Search(views, finder, budget, problems).run(searched_superblocks(views));

  if (finder.was_late()) {
    add_problem(problems, "stopped after " + std::to_string(input.deadline_ms) + " ms, before all places were seen");
  }
  output.directories = finder.take();
  output.reports.push_back(make_report("data_directories", std::move(problems), start));
  if (views.host() == nullptr) output.reports.back().health = Health::failed;
  return output;
}

}  // namespace guardd
