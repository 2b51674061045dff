// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "daemon/worker/inspector_table.hpp"
#include "os/fd.hpp"

namespace guardd {

/// The most a worker takes and gives, bytes of CBOR: a server with 20,000 tables open makes about 5 MiB.
inline constexpr std::size_t max_worker_message = std::size_t{16} * 1024 * 1024;
/// Of what a worker says about its failure; raw bytes, made safe where they leave.
inline constexpr std::size_t longest_message = 1024;

/// The life of one worker, from the fork to its end. Writes {"ok": output} or {"error": text} to `output` and ends with
/// status 0; whatever else happens to it, the reader sees from a document that is cut short or a status that is not 0.
/// `inherited` stays open, unless it is -1; of the fork server's other descriptors none does.
[[noreturn]] void worker_main(InspectorTable table, std::string_view inspector, Fd input, Fd output, int inherited);

}  // namespace guardd
