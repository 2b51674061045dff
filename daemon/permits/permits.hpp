// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/decide.hpp"
#include "core/wire_permit.hpp"
#include "daemon/alarm.hpp"
#include "daemon/ledger/keeper.hpp"
#include "daemon/permits/gate_thread.hpp"
#include "daemon/server/caller.hpp"
#include "daemon/server/event_stream.hpp"
#include "daemon/server/route.hpp"
#include "daemon/worker/looker.hpp"
#include "daemon/worker/runner.hpp"

namespace guardd {

/// Permits from the request to their end. Its callers are root and the operators' group; the server lets nobody else
/// through. What a permit's step means is core/permit.hpp's; here it is made durable, then mirrored, then told.
class Permits {
 public:
  struct Settings {
    gate::Places places;
    std::string instance;  ///< for verdicts
    std::string boot_id;   ///< of this boot; where it is empty there are no permits
  };
  Permits(const boost::asio::any_io_executor& executor, Looker& looker, WorkerRunner& workers, ledger::Keeper& keeper,
          Settings settings);

  [[nodiscard]] Reply list() const;
  /// What each of them becomes, as it becomes it; of one permit where `permit` is not empty.
  [[nodiscard]] Reply listen(const std::string& permit);
  boost::asio::awaitable<Reply> acquire(PermitRequest request, Caller caller);
  boost::asio::awaitable<Reply> begin(std::string id, std::int32_t pid, Caller caller);
  boost::asio::awaitable<Reply> end(std::string id, PermitEnd how, Caller caller);

  /// Finds the permits of an earlier run again, and then follows them without end: their holders and commands, their
  /// time, and what begins on their scopes.
  boost::asio::awaitable<void> watch();

  /// Something has changed: whether it concerns a permit shows in a look that begins now.
  void look_soon() { activity_due_.ring(); }
  /// Whether anybody listens to more than one permit.
  [[nodiscard]] bool any_listener() const { return events_.any_general(); }
  /// Tells those of what is no permit's step.
  void publish(std::string_view event, const nlohmann::json& data) { events_.publish(event, data, ""); }
  /// guardd stops: nobody is told any more. What is under way stays so.
  void stop() { events_.close(); }

 private:
  struct Asked;  // asked.hpp
  /// What a permit was granted on. A policy that is changed while it runs changes nothing for it, and what a look
  /// before it saw is no news.
  struct Basis {
    std::shared_ptr<const Policy> policy;
    std::uint64_t look = 0;  ///< the newest that had begun when it was granted
  };

  using Change = std::function<Result<Permit>(Permit)>;
  /// One step of a permit that is in the ledger: durable, mirrored, told. Errors as Keeper::store's and `change`'s.
  boost::asio::awaitable<Result<Permit>> step(std::string id, Change change, AuditRecord record);
  boost::asio::awaitable<Result<Permit>> settle(Permit permit);
  void tell(const Permit& permit);
  boost::asio::awaitable<void> start_waiting();
  boost::asio::awaitable<void> look_again_at(std::vector<std::string> services);

  boost::asio::awaitable<void> recover();
  boost::asio::awaitable<void> follow_holders();
  boost::asio::awaitable<void> see_holders();
  boost::asio::awaitable<void> follow_activity();
  boost::asio::awaitable<std::chrono::milliseconds> see_activity();
  boost::asio::awaitable<void> judge_activity(Looked looked);

  boost::asio::awaitable<Result<bool>> announce(Asked& asked);
  boost::asio::awaitable<void> withdraw(Permit requested);
  boost::asio::awaitable<void> ask_for_starts(Asked& asked);
  boost::asio::awaitable<void> drop_starts_that_run(Asked& asked, const Snapshot& snapshot);
  boost::asio::awaitable<Verdict> decide_on(Asked& asked);
  boost::asio::awaitable<Verdict> grant(Asked& asked, const Looked& looked);
  boost::asio::awaitable<void> settle_grant(Asked& asked, Verdict& verdict);
  boost::asio::awaitable<void> give_up(std::string id);
  [[nodiscard]] Verdict decide_now(const Asked& asked, const Looked& looked, const Ledger& ledger) const;
  [[nodiscard]] Ledger ledger_for(const Asked& asked) const;

  [[nodiscard]] const Permit* find(const std::string& id) const;
  [[nodiscard]] bool any_under_way() const;
  [[nodiscard]] BootMoment now() const;

  boost::asio::any_io_executor executor_;
  Looker& looker_;
  WorkerRunner& workers_;
  ledger::Keeper& keeper_;
  Settings settings_;
  GateThread gate_;
  Events events_;
  std::vector<std::shared_ptr<const Permit>> pending_;  ///< decided for, and not durable yet
  std::uint64_t requests_ = 0;                          ///< so far
  std::size_t requests_under_way_ = 0;
  std::map<std::string, Basis> granted_on_;  ///< by the permit's id
  std::set<std::string> suspected_;          ///< permits on whose scope the last look saw something begin
  std::set<std::string> settling_;           ///< units whose gate is open, and that neither run nor have failed yet
  Alarm holders_due_;                        ///< both ring when there may be something to follow
  Alarm activity_due_;
};

}  // namespace guardd
