// SPDX-License-Identifier: Apache-2.0
#include "daemon/data/filesystems.hpp"
#include "daemon/data/finder.hpp"
#include "daemon/data/places.hpp"
#include "daemon/data/search.hpp"
#include "daemon/data/superblocks.hpp"
#include "daemon/data/views.hpp"
#include "daemon/inspect/inspectors.hpp"
#include "daemon/inspect/report.hpp"

namespace guardd {

DataOutput inspect_data(const DataInput& input, const HostRoot& root) {
  const std::int64_t start = monotonic_now_us();
  const std::int64_t deadline = start + input.deadline_ms * 1000;
  std::vector<std::string> problems;
  DataOutput output;
  const LockHolders locks(root, problems);
  Views views(input.mount_namespaces, root, problems);
  Finder finder(input.recognitions, locks, deadline);

  Places(input, root, views, finder, problems).look();
  output.filesystems = filesystem_facts(durable_superblocks(views.namespaces()));
  const SearchBudget budget{.directories = 40'000,
                            .deadline_us = start + input.deadline_ms * 600};  // leaves time to answer
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
