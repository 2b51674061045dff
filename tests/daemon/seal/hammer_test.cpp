// SPDX-License-Identifier: Apache-2.0
// Writers try without a pause, while the map changes at random and who changes it is killed: a device that is sealed
// all the time must never have been open.
#include <sys/sysmacros.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <random>

#include "tests/daemon/seal/seal_place.hpp"

using namespace guardd;
using namespace guardd::seal;
using namespace guardd::test;

namespace {

struct Tally {
  std::atomic<std::uint64_t> tried;
  std::atomic<std::uint64_t> opened;
  std::atomic<std::uint64_t> updates;
};

/// Memory that children share; zero.
Tally* shared_tally() {
  void* memory = ::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  return new (memory) Tally{};
}

/// Tries to open for writing for as long as it lives; gone with the object.
class Writer {
 public:
  Writer(const std::string& cgroup, const std::string& node, Tally* tally) : pid_(::fork()) {
    if (pid_ != 0) return;
    join(cgroup);
    for (;;) {
      const int result = try_open(node, O_WRONLY);
      if (result == 0) ++tally->opened;
      ++tally->tried;
    }
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

/// `always` and a random part of a few thousand numbers, which share their buckets with it.
Sealed random_set(std::mt19937& random, const Device& always) {
  Sealed set{{always, 7}};
  std::uniform_int_distribution<std::uint32_t> number(1000, 5000);
  std::uniform_int_distribution<std::uint64_t> diskseq(1, 3);
  const std::size_t most = std::uniform_int_distribution<std::size_t>(0, 12)(random);
  while (set.size() <= most) set[Device{false, {always.number.major, number(random)}}] = diskseq(random);
  return set;
}

}  // namespace

TEST_CASE("ten thousand updates under writers never leave a moment open") {
  const SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const Device device = block(node);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Attached seal = place.attach();
  REQUIRE_FALSE(follow(seal.pinned, Sealed{{device, 7}}));
  Tally* const tally = shared_tally();
  {
    const Writer one(place.places.cgroup, node, tally);
    const Writer two(place.places.cgroup, node, tally);
    for (int update = 0; update < 10'000; ++update) {
      REQUIRE_FALSE(follow(seal.pinned, random_set(random, device)));
      if (update % 500 == 0) {  // a restart in between
        seal = place.attach();
        REQUIRE(seal.adopted);
      }
    }
  }
  CHECK(tally->opened == 0);
  CHECK(tally->tried > 1000);
  // The same writer does get through where there is no seal, so that the above can fail.
  REQUIRE_FALSE(follow(seal.pinned, Sealed{}));
  {
    const std::uint64_t end = boot_ns() + 5'000'000'000;
    const Writer one(place.places.cgroup, node, tally);
    while (tally->opened == 0 && boot_ns() < end) {
    }
  }
  CHECK(tally->opened > 0);
}

TEST_CASE("who updates is killed in the middle, again and again, and nothing opens") {
  const SealPlace place;
  const Loop loop(1 << 20);
  if (!place.why_not.empty() || loop.name.empty()) return;
  const std::string node = "/dev/" + loop.name;
  const Device device = block(node);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  {
    const Attached seal = place.attach();
    REQUIRE_FALSE(follow(seal.pinned, Sealed{{device, 7}}));
  }
  Tally* const tally = shared_tally();
  const Writer one(place.places.cgroup, node, tally);
  for (int death = 0; death < 40; ++death) {
    const pid_t updater = ::fork();
    if (updater == 0) {
      const Result<Attached> seal = attach(place.places, Mode::enforce);
      if (!seal) ::_exit(1);
      for (;;) {
        if (follow(seal->pinned, random_set(random, device))) ::_exit(1);
        ++tally->updates;
      }
    }
    // Somewhere in its start, or, every other time, in an update.
    const std::uint64_t so_far = tally->updates;
    const std::uint64_t deadline = boot_ns() + 20'000'000'000;
    while (death % 2 != 0 && tally->updates == so_far && boot_ns() < deadline) {
    }
    const std::uint64_t end = boot_ns() + std::uniform_int_distribution<std::uint64_t>(0, 40'000'000)(random);
    while (boot_ns() < end) {
    }
    ::kill(updater, SIGKILL);
    int status = 0;
    ::waitpid(updater, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    (void)random();
  }
  CHECK(tally->opened == 0);
  CHECK(tally->tried > 100);
  CHECK(tally->updates > 0);
  CHECK(place.attach().adopted);
}
