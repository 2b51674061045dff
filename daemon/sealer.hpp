// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/seal_plan.hpp"
#include "core/wire_seal.hpp"
#include "daemon/config.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/seal/attach.hpp"
#include "daemon/seal/denials.hpp"
#include "daemon/seal/kernel_seal.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/looker.hpp"

namespace guardd {

/// Keeps the kernel's seal what looks and permits say, and tells of what it denies (docs/seal.md). Where there can be
/// none it says why, and nothing else of guardd depends on it.
class Sealer {
 public:
  /// `why_off` is for people, where something else than the configuration says that there is no seal.
  struct Settings {
    SealMode mode = SealMode::off;
    std::string why_off = {};
    /// guardd has a mount namespace of its own, in which bpffs can't be written to: pins go through PID 1's.
    bool host_mounts = false;
  };
  Sealer(const boost::asio::any_io_executor& executor, Looker& looker, ledger::Keeper& keeper, Settings settings);

  /// Attaches, adopts or, where it is off, takes away. Before the loop runs.
  void start();
  /// A look has ended.
  void follow(const Snapshot& snapshot);
  /// Permits have changed: in force when it returns.
  void exempt();
  /// Called with what GET /v1/events tells.
  void tell_denials(std::function<void(const nlohmann::json&)> tell) { tell_ = std::move(tell); }
  /// Without end: pins, permits, and what the kernel denies.
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> listen();

  boost::asio::awaitable<Reply> plan();
  [[nodiscard]] Reply status() const;
  boost::asio::awaitable<Reply> lift(SealLift lift, Caller caller);
  /// Of GET /v1/status.
  [[nodiscard]] nlohmann::json status_json() const;
  /// Of GET /metrics; empty where it is off.
  [[nodiscard]] std::string metrics() const;

 private:
  bool attach();
  void attach_commands();
  void check_commands();
  void check_pins();
  void follow_ledger();
  void read_denials();
  void report(const seal::Denial& denial);
  void record(std::string kind, nlohmann::json what);
  void fail(const Error& error);
  [[nodiscard]] nlohmann::json devices_json() const;
  [[nodiscard]] const SealedDevice* planned(const DeviceNode& node) const;
  [[nodiscard]] seal::Mode kernel_mode() const;

  boost::asio::any_io_executor executor_;
  Looker& looker_;
  ledger::Keeper& keeper_;
  Settings settings_;
  seal::CgroupRoot cgroup_root_;
  seal::Places places_;
  std::optional<seal::Attached> attached_;
  Fd commands_;                   ///< the link of the program for commands, where the kernel takes one
  std::string commands_problem_;  ///< why there is none, or none that outlives guardd
  std::unique_ptr<seal::EventRing> ring_;
  std::optional<seal::CgroupNames> cgroups_;
  SealPlan plan_;
  std::vector<DiskNodes> pass_through_;
  std::string problem_;   ///< what keeps it from being whole; empty: nothing
  std::string followed_;  ///< releases and permits that it was last made of
  std::deque<nlohmann::json> recent_;
  std::uint64_t rounds_without_ = 0;
  std::uint64_t told_this_second_ = 0;
  std::int64_t second_ = 0;
  std::uint64_t untold_ = 0;
  std::function<void(const nlohmann::json&)> tell_;
};

}  // namespace guardd
