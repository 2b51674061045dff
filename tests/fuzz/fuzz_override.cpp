// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/strict_json.hpp"
#include "core/wire_override.hpp"

using namespace guardd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto wanted = parse_override_request(text)) {
    if (wanted->whole_host != wanted->targets.empty() || wanted->reason.empty() || !wanted->nonce.empty()) std::abort();
    const auto again = parse_override_request(to_text(override_request_json(*wanted)));
    if (!again || again->targets != wanted->targets || again->reason != wanted->reason) std::abort();
  }
  if (const auto proof = parse_proof(text)) {
    if (proof->signatures.empty() == (proof->nonce.empty() || proof->host.empty())) std::abort();
    if (proof->signatures.size() > max_signatures) std::abort();
  }
  if (const auto record = parse_override_record(text)) {
    const auto again = parse_override_record(to_text(override_record(*record)));
    if (!again || !(*again == *record)) std::abort();
    // Whatever it says, its challenge has the lines that it should have.
    const std::string challenge = challenge_text(challenge_of(*record));
    std::size_t lines = 0;
    for (const char c : challenge) lines += c == '\n' ? 1 : 0;
    if (lines != 12 + record->targets.size()) std::abort();
  }
  return 0;
}
