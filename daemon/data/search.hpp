// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "daemon/data/finder.hpp"
#include "daemon/data/listing.hpp"
#include "daemon/data/superblocks.hpp"
#include "daemon/data/views.hpp"

namespace guardd {

struct SearchBudget {
  std::size_t directories = 40'000;
  std::int64_t deadline_us = 0;  ///< monotonic_now_us()
};

/// Searches all of this host's own filesystems for directories with markers, breadth first: data lies where people put
/// it, and that is near the top. Each filesystem once, whatever is mounted within it apart. /usr (but /usr/local),
/// /proc, /sys, /dev and /boot are left out.
///
/// The budget may end before the tree does. Down to depth 3 (/var/lib/mysql, /srv/db/main) that is a problem; below it
/// is not: what is in use, in a default place or named by a configuration is found without this search.
class Search {
 public:
  Search(Views& views, Finder& finder, SearchBudget budget, std::vector<std::string>& problems);

  void run(const std::vector<Superblock>& superblocks);

 private:
  struct Root {
    View* view = nullptr;
    Node node;
    bool has_mounts = false;  ///< something is mounted on it somewhere
  };
  struct Item {
    std::size_t root = 0;
    std::string path;  ///< below the root; empty for the root itself
    std::size_t depth = 0;
  };

  void add_root(OpenMount open);
  void look_into(const Item& item);
  void queue_children(const Item& item, const std::vector<std::string>& names, int directory);
  void push(Item item, std::size_t level);
  void complain(const Root& root, const Error& error);
  [[nodiscard]] bool is_late();
  [[nodiscard]] bool is_spent(std::size_t level);

  Views& views_;
  Finder& finder_;
  SearchBudget budget_;
  std::vector<std::string>& problems_;
  std::vector<Root> roots_;
  std::vector<std::deque<Item>> levels_;
  std::vector<char> buffer_;
  std::size_t seen_ = 0;
};

}  // namespace guardd
