// SPDX-License-Identifier: Apache-2.0
// A million random steps of holders, commands, deaths, clocks and reboots through the real transitions, against what
// design and model (tests/model/permit.pml) promise.
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "core/permit.hpp"

using namespace guardd;

namespace {

constexpr int steps = 1'000'000;
constexpr std::int64_t lease_ms = 8;

/// One permit and what is really there of it.
struct Held {
  Permit permit;
  int disk = 0;  ///< its scope; 0: the whole host
  bool holder = true;
  bool command = false;
  bool was_killed = false;  ///< its command, before it was done
  bool told = false;        ///< how it ended
  bool is_whole = true;     ///< whatever it began it has ended, or somebody has looked since
};

bool overlap(int left, int right) { return left == 0 || right == 0 || left == right; }

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {}

  void step() {
    now_.boot_ms += pick(3);
    switch (pick(12)) {
      case 0:
        return acquire();
      case 1:
        return begin_one();
      case 2:
      case 3:
        return finish();
      case 4:
        return kill_holder();
      case 5:
        return revoke_one();
      case 6:
        return clear_one();
      case 7:
        return guardd_looks();
      case 8:
        return command_ends_by_itself();
      case 9:
        return guardd_looks();
      case 10:
        return gated_start();
      default:
        if (pick(2000) == 0) reboot();
    }
  }

  void check() const {
    for (const Held& one : held_) {
      // Whatever runs keeps the gate closed.
      if (at_work(one) && !occupies(one.permit)) FAIL("something runs under a permit that gave up its scope");
      if (is_valid(one.permit) && one.permit.boot_id != now_.boot_id && looked_) FAIL("a permit outlived its boot");
      if (one.permit.state == PermitState::ended && !one.is_whole) FAIL("half-gone data that nobody was told of");
      for (const Held& other : held_) {
        if (&one != &other && occupies(one.permit) && occupies(other.permit) && overlap(one.disk, other.disk)) {
          FAIL("two permits for one disk");
        }
      }
    }
  }
  [[nodiscard]] int gated_starts() const { return gated_starts_; }
  [[nodiscard]] int interruptions() const { return interruptions_; }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  static bool at_work(const Held& one) {
    return one.permit.has_command ? one.command : one.holder && one.permit.began && !is_done(one);
  }
  static bool is_done(const Held& one) {
    return one.permit.state == PermitState::ended || one.permit.state == PermitState::interrupted;
  }
  Held* any() {
    return held_.empty() ? nullptr : &held_[static_cast<std::size_t>(pick(static_cast<int>(held_.size())))];
  }

  void acquire() {
    const int disk = pick(3);
    for (const Held& one : held_) {
      if (occupies(one.permit) && overlap(one.disk, disk)) return;
    }
    std::erase_if(held_, [](const Held& one) { return one.permit.state == PermitState::ended && !one.command; });
    Permit wanted;
    wanted.id = "p" + std::to_string(++made_);
    wanted.operation = all_operations.at(static_cast<std::size_t>(pick(3)));
    wanted.has_command = pick(3) != 0;
    wanted.boot_id = now_.boot_id;
    wanted.expires_boot_ms = now_.boot_ms + lease_ms;
    Held held{.permit = grant(wanted), .disk = disk};
    held.is_whole = wanted.has_command;
    held_.push_back(held);
  }
  void begin_one() {
    Held* const one = any();
    if (one == nullptr || !one->holder || !one->permit.has_command || one->command) return;
    const Result<Permit> begun = begin(one->permit, "/guardd/x", now_);
    if (!begun) return;
    if (now_.boot_ms >= one->permit.expires_boot_ms) FAIL("a command began after its time");
    one->permit = *begun;
    one->command = true;
    one->is_whole = false;
  }
  void command_ends_by_itself() {
    Held* const one = any();
    if (one == nullptr || !one->command) return;
    one->command = false;
    one->was_killed = pick(2) == 0;
  }
  /// The holder tells how what it started has ended, though processes of that may be left.
  void finish() {
    Held* const one = any();
    if (one == nullptr || !one->holder || one->told) return;
    const int status = one->was_killed ? 128 + 9 : 0;
    const Result<Permit> ended = end(one->permit, status, one->command);
    if (!ended) return;
    one->permit = *ended;
    one->told = true;
    if (!one->permit.has_command || one->command || pick(2) == 0) one->holder = false;
    one->is_whole = one->is_whole || status == 0 || one->permit.operation == Operation::reboot;
  }
  void kill_holder() {
    if (Held* const one = any()) one->holder = false;
  }
  void revoke_one() {
    Held* const one = any();
    if (one == nullptr) return;
    if (const Result<Permit> revoked = revoke(one->permit, "a server started")) one->permit = *revoked;
  }
  void clear_one() {
    Held* const one = any();
    if (one == nullptr) return;
    const Result<Permit> cleared = clear(one->permit, "looked");
    if (!cleared) return;
    one->permit = *cleared;
    one->is_whole = true;
    ++interruptions_;
  }
  void guardd_looks() {
    for (Held& one : held_) {
      one.permit = advance(one.permit, {.holder_lives = one.holder, .command_lives = one.command}, now_);
      if (one.permit.state == PermitState::ended && one.permit.operation == Operation::reboot) one.is_whole = true;
      // The gate opens at last.
      const bool dead = !at_work(one) && (!one.holder || !is_valid(one.permit));
      if (dead && occupies(one.permit)) FAIL("a permit without anybody keeps its scope");
    }
    looked_ = true;
  }
  void gated_start() {
    for (const Held& one : held_) {
      if (occupies(one.permit)) return;
    }
    ++gated_starts_;
    for (const Held& one : held_) {
      if (at_work(one)) FAIL("a gated service started under a running command");
    }
  }
  void reboot() {
    now_ = {"boot " + std::to_string(++boots_), 0};
    for (Held& one : held_) one.holder = one.command = false;
    looked_ = false;
  }

  std::mt19937 random_;
  BootMoment now_{"boot 0", 0};
  std::vector<Held> held_;
  int made_ = 0;
  int boots_ = 0;
  int gated_starts_ = 0;
  int interruptions_ = 0;
  bool looked_ = true;
};

}  // namespace

TEST_CASE("a million steps break no promise") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  World world(seed);
  for (int i = 0; i < steps; ++i) {
    world.step();
    world.check();
  }
  // The walk went everywhere that matters.
  CHECK(world.gated_starts() > 1000);
  CHECK(world.interruptions() > 1000);
}
