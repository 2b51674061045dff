// SPDX-License-Identifier: Apache-2.0
// What holders do with a permit that they have.
#include "daemon/permits/permits.hpp"

#include <utility>

#include "core/strict_json.hpp"
#include "daemon/decisions.hpp"
#include "daemon/permits/holder.hpp"
#include "gate/sight.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

Reply permit_reply(const Result<Permit>& permit) {
  if (!permit) return refused(permit.error());
  return {200, to_text({{"permit", to_json(*permit)}}), {}};
}

Reply conflict(const std::string& why) { return error_reply(409, "conflict", why); }
Reply not_found(const std::string& id) { return error_reply(404, "not_found", "there is no permit " + id); }

}  // namespace

asio::awaitable<Reply> Permits::begin(std::string id, std::int32_t pid, Caller caller) {
  const Permit* const found = find(id);
  if (found == nullptr) co_return not_found(id);
  const Permit permit = *found;
  if (!permit.has_command || caller.pid != permit.holder.pid || !gate::process_lives(permit.holder)) {
    co_return conflict("only the process that holds permit " + id + " begins its command");
  }
  const Result<std::string> cgroup = find_command_cgroup(pid, permit.holder);
  if (!cgroup) co_return error_reply(409, cgroup.error().code, cgroup.error().message);
  if (const std::string disk = find_swapped_disk(permit); !disk.empty()) {
    const std::string why = "the disk " + disk + " is another one than the permit was granted for";
    Change revoked = [why](Permit one) { return revoke(std::move(one), why); };
    AuditRecord record = record_of("", caller);
    (void)co_await step(id, std::move(revoked), std::move(record));
    co_return conflict(why);
  }
  Change begun = [cgroup = *cgroup, at = now()](Permit one) { return guardd::begin(std::move(one), cgroup, at); };
  // Not begun unless that outlives the host's power, too: permit_steps.cpp says when it is mirrored.
  AuditRecord record = record_of("", caller);
  const Result<Permit> permitted = co_await step(std::move(id), std::move(begun), std::move(record));
  co_return permit_reply(permitted);
}

asio::awaitable<Reply> Permits::end(std::string id, PermitEnd how, Caller caller) {
  const Permit* const found = find(id);
  if (found == nullptr) co_return not_found(id);
  const Permit permit = *found;
  const PermitSight sight = gate::see(permit);
  const bool by_holder = caller.pid == permit.holder.pid && sight.holder_lives;
  const bool half_done = permit.state == PermitState::interrupted;
  if (half_done && how.reason.empty() && !how.exit_status) {
    co_return conflict("permit " + id +
                       " was interrupted, and what it worked on may be half gone: look, and then say "
                       "with --reason why that is no matter any more");
  }
  if (permit.has_command && permit.began && !half_done && !by_holder && sight.command_lives) {
    co_return conflict("the command of permit " + id + " still runs: its permit ends with it");
  }
  AuditRecord record = record_of("", caller);
  if (!how.reason.empty()) record.what["reason"] = how.reason;
  Change ended = [how, sight, at = now()](Permit one) {
    one = advance(std::move(one), sight, at);
    const bool cleared = one.state == PermitState::interrupted && !how.reason.empty();
    if (cleared) return clear(std::move(one), how.reason);
    return guardd::end(std::move(one), how.exit_status.value_or(0), sight.command_lives);
  };
  const Result<Permit> after = co_await step(std::move(id), std::move(ended), std::move(record));
  co_return permit_reply(after);
}

}  // namespace guardd
