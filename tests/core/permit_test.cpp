// SPDX-License-Identifier: Apache-2.0
#include "core/permit.hpp"

#include <catch2/catch.hpp>

using namespace guardd;

namespace {

const BootMoment now{"this boot", 1000};
const BootMoment later{"this boot", 5000};
const PermitSight all_live{};
const PermitSight holder_died{.holder_lives = false, .command_lives = true};
const PermitSight command_over{.holder_lives = true, .command_lives = false};
const PermitSight all_dead{.holder_lives = false, .command_lives = false};

Permit wanted(Operation operation = Operation::reinstall, bool has_command = true) {
  Permit permit;
  permit.id = "p1";
  permit.operation = operation;
  permit.whole_host = true;
  permit.holder = {.pid = 812, .start_ticks = 4711};
  permit.has_command = has_command;
  permit.boot_id = "this boot";
  permit.expires_boot_ms = 5000;
  return permit;
}

Permit running(Operation operation = Operation::reinstall) {
  return begin(grant(wanted(operation)), "/guardd/p1", now).value();
}

}  // namespace

TEST_CASE("a command begins once, under a permit that is valid at that moment") {
  const Permit granted = grant(wanted());
  CHECK(granted.state == PermitState::granted);
  CHECK(is_valid(granted));
  const Result<Permit> begun = begin(granted, "/guardd/p1", {"this boot", 4999});
  REQUIRE(begun);
  CHECK(begun->state == PermitState::running);
  CHECK(begun->cgroup == "/guardd/p1");
  CHECK(begin(*begun, "/guardd/p1", now).error().code == "conflict");

  CHECK(begin(granted, "", later).error().code == "conflict");
  CHECK(begin(granted, "", {"another boot", 1000}).error().code == "conflict");
  CHECK(begin(revoke(granted, "a server started").value(), "", now).error().code == "conflict");
  CHECK(begin(end(granted, 0, false).value(), "", now).error().code == "conflict");
}

TEST_CASE("without a command the holder is at work from the grant on") {
  const Permit permit = grant(wanted(Operation::wipe, false));
  CHECK(permit.state == PermitState::running);
  CHECK(advance(permit, all_live, now) == permit);
  CHECK(advance(permit, all_dead, now).state == PermitState::interrupted);
  CHECK(end(permit, 0, false).value().state == PermitState::ended);
}

TEST_CASE("a lease ends with its time, and what runs under it keeps its scope") {
  const Permit idle = advance(grant(wanted()), all_live, later);
  CHECK(idle.state == PermitState::expired);
  CHECK_FALSE(occupies(idle));
  const Permit at_work = advance(running(), all_live, later);
  CHECK(at_work.state == PermitState::expired);
  CHECK_FALSE(is_valid(at_work));
  CHECK(occupies(at_work));
  CHECK(occupies(advance(at_work, holder_died, later)));
  CHECK(end(at_work, 0, false).value().state == PermitState::ended);
  // Nobody told how it ended.
  CHECK(advance(at_work, command_over, later).state == PermitState::interrupted);
}

TEST_CASE("what is revoked begins no more, and keeps its scope while it runs") {
  const Permit revoked = revoke(running(), "mariadbd started").value();
  CHECK(revoked.lapsed == "mariadbd started");
  CHECK(occupies(revoked));
  CHECK_FALSE(occupies(revoke(grant(wanted()), "mariadbd started").value()));
  CHECK(revoke(revoked, "again").error().code == "conflict");
  const std::string quoted = revoke(running(), std::string(9000, '\x1b')).value().lapsed;
  CHECK(quoted.size() < 4096);
  CHECK(quoted.find('\x1b') == std::string::npos);
}

TEST_CASE("a holder's death ends what had not begun, and nothing that still runs") {
  CHECK(advance(grant(wanted()), all_dead, now).state == PermitState::ended);
  CHECK(advance(grant(wanted()), holder_died, now).state == PermitState::ended);
  const Permit orphaned = advance(running(), holder_died, now);
  CHECK(orphaned.state == PermitState::running);
  CHECK(advance(orphaned, all_dead, now).state == PermitState::interrupted);
}

TEST_CASE("what died half-way is interrupted until somebody looks, unless it destroys nothing") {
  CHECK(end(running(), 128 + 9, false).value().state == PermitState::interrupted);
  CHECK(end(running(), 128 + 9, false).value().why == "ended by signal 9");
  CHECK(end(running(Operation::reboot), 128 + 9, false).value().state == PermitState::ended);
  // A wipe that failed has said so; a reinstall that failed stands half-way.
  CHECK(end(running(Operation::wipe), 1, false).value().state == PermitState::ended);
  CHECK(end(running(Operation::wipe), 128, false).value().state == PermitState::ended);
  CHECK(end(running(Operation::wipe), 129, false).value().state == PermitState::interrupted);
  CHECK(end(running(), 1, false).value().state == PermitState::interrupted);
  CHECK(end(running(), 0, false).value().state == PermitState::ended);
  const Permit rebooted = advance(running(), all_live, {"another boot", 10});
  CHECK(rebooted.state == PermitState::interrupted);
  CHECK_FALSE(occupies(rebooted));
  CHECK(advance(rebooted, all_dead, {"a third boot", 10}).state == PermitState::interrupted);
  CHECK(advance(running(Operation::reboot), all_live, {"another boot", 10}).state == PermitState::ended);
  CHECK(advance(grant(wanted()), all_live, {"another boot", 10}).state == PermitState::ended);

  const Permit cleared = clear(rebooted, "restored from backup").value();
  CHECK(cleared.state == PermitState::ended);
  CHECK(cleared.why == "restored from backup");
  CHECK(clear(cleared, "").error().code == "conflict");
  CHECK(clear(running(), "").error().code == "conflict");
}

TEST_CASE("a holder that tells late is heard, once") {
  const Permit taken_for_dead = advance(advance(running(), all_live, later), command_over, later);
  REQUIRE(taken_for_dead.state == PermitState::interrupted);
  const Result<Permit> failed = end(taken_for_dead, 1, false);
  REQUIRE(failed);
  CHECK(failed->state == PermitState::interrupted);
  CHECK(end(*failed, 0, false).error().code == "conflict");
  const Result<Permit> ended = end(taken_for_dead, 0, false);
  REQUIRE(ended);
  CHECK(ended->state == PermitState::ended);
  CHECK(ended->lapsed == "its time was over");
  CHECK(end(*ended, 0, false).error().code == "conflict");
}

TEST_CASE("what a command leaves running keeps the permit until it has ended too") {
  const Permit told = end(running(), 0, true).value();
  CHECK(told.state == PermitState::running);
  CHECK(advance(told, holder_died, now).state == PermitState::running);
  CHECK(advance(told, all_dead, now).state == PermitState::ended);
  CHECK(advance(told, command_over, now).state == PermitState::ended);
  CHECK(advance(end(running(), 1, true).value(), all_dead, now).state == PermitState::interrupted);
}

TEST_CASE("a request is none of anybody's yet, closes the gate, and dies with guardd") {
  const Permit asked = wanted();
  CHECK(asked.state == PermitState::requested);
  CHECK(occupies(asked));
  CHECK_FALSE(is_valid(asked));
  CHECK_FALSE(occupies(advance(asked, all_dead, now)));
  CHECK_FALSE(occupies(advance(asked, all_live, {"another boot", 1})));
}
