// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/policy.hpp"

using namespace guardd;

/// Two files, with a NUL between them: their order must change nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\0');
  const Result<PolicyFile> a = parse_policy("a.json", text.substr(0, end));
  const Result<PolicyFile> b = parse_policy("b.json", end == std::string_view::npos ? "{}" : text.substr(end + 1));
  if (!a || !b) return 0;
  for (const PolicyExtent extent : {PolicyExtent::part, PolicyExtent::whole}) {
    const Result<Policy> one = merge_policies({*a, *b}, extent);
    const Result<Policy> other = merge_policies({*b, *a}, extent);
    if (one.ok() != other.ok()) std::abort();
    if (one ? *one != *other : one.error().message != other.error().message) std::abort();
  }
  return 0;
}
