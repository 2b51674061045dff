// SPDX-License-Identifier: Apache-2.0
#include "core/approval.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "core/text.hpp"
#include "core/utc.hpp"

namespace guardd {
namespace {

bool of_one_person(const GoodSignature& left, const GoodSignature& right) {
  if (left.key == right.key) return true;
  return std::ranges::any_of(
      left.names, [&](const std::string& name) { return std::ranges::find(right.names, name) != right.names.end(); });
}

/// Moves all that are joined with the first of `left` out of it.
void take_one_person(std::vector<GoodSignature>& left) {
  std::vector<GoodSignature> person{left.front()};
  left.erase(left.begin());
  for (std::size_t i = 0; i < person.size(); ++i) {
    const GoodSignature known = person[i];
    // Not std::ranges: clang 14 has no use for the subrange that it returns.
    const auto joined =
        std::stable_partition(left.begin(), left.end(), [&](const auto& one) { return !of_one_person(known, one); });
    person.insert(person.end(), joined, left.end());
    left.erase(joined, left.end());
  }
}

}  // namespace

std::string challenge_text(const Challenge& challenge) {
  std::string text = "guardd challenge, version 1\n";
  const auto line = [&](std::string_view name, std::string_view value) {
    text += std::string(name) + ": " + printable(value, std::numeric_limits<std::size_t>::max()) + "\n";
  };
  line("host", challenge.host);
  line("machine-id", challenge.machine_id);
  line("boot-id", challenge.boot_id);
  line("operation", challenge.operation);
  for (const auto& [name, value] : challenge.subject) line(name, value);
  line("reason", challenge.reason);
  line("requested-by", challenge.by);
  line("requested-at", utc_text(challenge.requested_s));
  line("valid-for", std::to_string(challenge.valid_s) + " s");
  line("expires-boot-ms", std::to_string(challenge.expires_boot_ms));
  line("nonce", challenge.nonce);
  return text;
}

std::string names_of(const std::vector<Approval>& approvals) {
  std::string text;
  for (std::size_t i = 0; i < approvals.size(); ++i) {
    text += i == 0 ? "" : i + 1 == approvals.size() ? " and " : ", ";
    text += approvals[i].principal;
  }
  return text;
}

Result<std::vector<Approval>> count_people(const std::vector<GoodSignature>& signatures, std::size_t needed) {
  std::vector<Approval> approvals;
  std::vector<GoodSignature> left;
  for (const GoodSignature& one : signatures) {
    if (!one.key.empty() && !one.names.empty()) left.push_back(one);
  }
  while (!left.empty()) {
    approvals.push_back({left.front().names.front(), left.front().key});
    take_one_person(left);
  }
  if (approvals.size() >= needed && !approvals.empty()) return approvals;
  return Error{"not_approved", "it takes the signatures of " + std::to_string(needed) +
                                   (needed == 1 ? " person" : " different people") + ", and these are of " +
                                   std::to_string(approvals.size()) +
                                   (approvals.empty() ? "" : ": " + names_of(approvals))};
}

}  // namespace guardd
