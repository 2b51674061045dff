// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>

#include "core/result.hpp"

namespace guardd {

/// A message of the proc connector, linux/cn_proc.h.
struct ProcMessage {
  enum class Kind {
    acknowledged,  ///< the answer to a subscription; `error` says whether it was granted
    program,       ///< exec(2)
    name,          ///< prctl(2), PR_SET_NAME, of the process's first thread
    user,          ///< setuid(2) and its like, of the process's first thread
    other,
  };
  Kind kind = Kind::other;
  std::int32_t pid = 0;  ///< of the process, in the first pid namespace
  std::uint32_t error = 0;

  bool operator==(const ProcMessage&) const = default;
};

/// One datagram. Errors: "malformed", where it is cut short or no message of the proc connector.
Result<ProcMessage> parse_proc_message(std::span<const std::byte> datagram);

/// What the kernel is to send, socket(7), SO_ATTACH_FILTER: answers to subscriptions, exec, and the names and users of
/// processes' first threads. Forks, ends and threads, which come by the thousand, are dropped before anybody is woken.
std::span<const sock_filter> proc_message_filter();

}  // namespace guardd
