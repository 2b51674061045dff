// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "daemon/worker/outcome.hpp"
#include "daemon/worker/protocol.hpp"

using namespace guardd;

namespace {

template <typename Output>
void take(const nlohmann::json& output) {
  try {
    const auto value = output.get<Output>();
    if (nlohmann::json(nlohmann::json(value).get<Output>()) != nlohmann::json(value)) std::abort();
  } catch (const nlohmann::json::exception&) {
    return;  // a failed inspector
  }
}

}  // namespace

/// What a worker that was taken over could write into its pipe.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<nlohmann::json> output = judge({.output = {data, data + size}, .status = 0, .failure = {}});
  if (!output) return 0;
  take<ProcessesOutput>(*output);
  take<StorageOutput>(*output);
  take<DataOutput>(*output);
  take<ClientsOutput>(*output);
  take<BootOutput>(*output);
  take<RoleFact>(*output);
  return 0;
}
