// SPDX-License-Identifier: Apache-2.0
#include "daemon/recent_answers.hpp"

#include <utility>

namespace guardd {
namespace {

std::size_t place_of(std::optional<Operation> operation) {
  return operation ? static_cast<std::size_t>(*operation) : 3;
}

}  // namespace

const RecentAnswers::Answer* RecentAnswers::find(std::optional<Operation> operation, Detail detail,
                                                 const Grounds& grounds, std::int64_t boot_ms) const {
  const std::optional<Kept>& kept = kept_.at(static_cast<std::size_t>(detail)).at(place_of(operation));
  if (!kept || kept->grounds != grounds || boot_ms - kept->boot_ms > longest_ms) return nullptr;
  return &kept->answer;
}

void RecentAnswers::keep(std::optional<Operation> operation, Detail detail, Grounds grounds, std::int64_t boot_ms,
                         Answer answer) {
  kept_.at(static_cast<std::size_t>(detail)).at(place_of(operation)) =
      Kept{std::move(grounds), boot_ms, std::move(answer)};
}

}  // namespace guardd
