// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace guardd {

/// Messages that one drain takes from one source. More stay for the next one, and count as lost: whoever asks meanwhile
/// must not wait for a storm to end.
inline constexpr std::size_t max_drained = 4096;

/// What the kernel told since it was last asked. It hastens a look; that nothing was told proves nothing.
struct Heard {
  std::vector<std::int32_t> programs;  ///< processes that run another program or have another name now, in order
  bool changed = false;                ///< mounts, swap, block devices, or the end of a process that was seen
  bool lost = false;                   ///< messages were lost: anything may have changed

  [[nodiscard]] bool any() const { return changed || lost || !programs.empty(); }
};

/// One way in which the kernel tells of changes.
class EventSource {
 public:
  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  virtual ~EventSource() = default;

  /// As GET /v1/status calls it.
  [[nodiscard]] virtual const char* name() const = 0;
  /// Why it does not tell; empty where it does, as far as that could be proved.
  [[nodiscard]] virtual std::string problem() const = 0;
  /// To wait on; -1 where there is none.
  [[nodiscard]] virtual int descriptor() const = 0;
  /// Whether poll(2) says POLLPRI, and not POLLIN, when there is something to take.
  [[nodiscard]] virtual bool is_exceptional() const { return false; }
  /// Takes what there is, without waiting.
  virtual void drain(Heard& heard) = 0;
  /// Has the kernel tell something that is known, where that can be done, and opens the source anew where that is not
  /// heard.
  virtual void prove(Heard& heard) = 0;
  /// The processes whose end matters; for the source that tells of ends.
  virtual void follow(const std::vector<std::int32_t>&) {}
};

}  // namespace guardd
