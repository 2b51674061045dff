// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "daemon/kernel_events/source.hpp"
#include "os/fd.hpp"

namespace guardd {

/// Tells which processes run another program, by netlink's proc connector (kernel:
/// Documentation/driver-api/connector.rst, linux/cn_proc.h). It needs CAP_NET_ADMIN and the first pid, user and network
/// namespaces; elsewhere the kernel ignores a subscription without a word. So it is taken for one that tells only when
/// the kernel has acknowledged it and an event that guardd made itself, its own thread's name set anew, was heard. Both
/// come before the call that causes them returns.
class ProcConnector final : public EventSource {
 public:
  ProcConnector() { open(); }

  [[nodiscard]] const char* name() const override { return "processes"; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  [[nodiscard]] int descriptor() const override { return socket_.get(); }
  void drain(Heard& heard) override;
  /// To be called by the process's first thread: others' names are not told.
  void prove(Heard& heard) override;

 private:
  void open();
  void subscribe();
  void take(std::span<const std::byte> datagram, Heard& heard);
  void fail(std::string why);

  Fd socket_;
  std::string problem_;
  bool acknowledged_ = false;
  bool heard_own_ = false;
};

}  // namespace guardd
