// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/strict_json.hpp"
#include "core/wire_permit.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto wanted = parse_permit_request(text)) {
    if (wanted->question.whole_host != wanted->question.targets.empty()) std::abort();
    if (wanted->valid_s < 1 || wanted->valid_s > longest_valid_s) std::abort();
    const auto again = parse_permit_request(to_text(permit_request_json(*wanted)));
    if (!again || again->question.targets != wanted->question.targets) std::abort();
  }
  if (const auto record = parse_permit_record(text)) {
    const auto again = parse_permit_record(to_text(permit_record(*record)));
    if (!again || !(*again == *record)) std::abort();
  }
  if (const auto mirror = parse_mirror(text)) {
    const auto again = parse_mirror(to_text(mirror_json(*mirror)));
    if (!again || !(*again == *mirror)) std::abort();
  }
  if (const auto intent = parse_start_intent(text)) {
    if (!(*parse_start_intent(to_text(start_intent_json(*intent))) == *intent)) std::abort();
  }
  if (const auto end = parse_permit_end(text)) {
    if (end->exit_status && (*end->exit_status < 0 || *end->exit_status > 255)) std::abort();
  }
  (void)parse_begin(text);
  return 0;
}
