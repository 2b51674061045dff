// SPDX-License-Identifier: Apache-2.0
#include "daemon/sealer.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "daemon/decisions.hpp"
#include "daemon/exposition.hpp"
#include "daemon/last_look.hpp"
#include "daemon/seal/commands.hpp"
#include "daemon/seal/exemptions.hpp"
#include "daemon/storage/pass_through.hpp"
#include "os/clock.hpp"
#include "seal/bpf_call.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr const char* sysfs = "/sys";
constexpr std::chrono::milliseconds round = 1s;
/// Rounds from one attempt to attach to the next, where the first has failed: somebody may have mounted a bpffs.
constexpr std::uint64_t try_again = 10;
/// The program for commands: a kernel that refuses it does so for good, mostly, and asking takes some 10 ms.
constexpr std::uint64_t try_commands_again = 60;
/// What comes meanwhile is taken together: a tool that tries again and again is one line.
constexpr std::chrono::milliseconds gather = 100ms;
constexpr std::uint64_t most_told_a_second = 20;
constexpr std::size_t most_recent = 20;
constexpr std::int64_t ms_per_s = 1000;
constexpr std::uint64_t ns_per_ms = 1'000'000;

std::string name_of(SealMode mode) {
  return mode == SealMode::off ? "off" : mode == SealMode::observe ? "observe" : "enforce";
}

std::string number_of(const DeviceNode& node) {
  return std::string(node.character ? "character device " : "block device ") + std::to_string(node.number.major) + ":" +
         std::to_string(node.number.minor);
}

/// "dd (pid 812, /usr/bin/dd, uid 0, session-3.scope)".
std::string who(const seal::Denial& denial) {
  std::string text = denial.comm.empty() ? "a process" : denial.comm;
  std::string more;
  if (denial.pid != 0) more += "pid " + std::to_string(denial.pid) + ", ";
  if (!denial.exe.empty()) more += denial.exe + ", ";
  more += "uid " + std::to_string(denial.uid);
  const std::string& place = denial.unit.empty() ? denial.cgroup : denial.unit;
  if (!place.empty()) more += ", " + place;
  return text + " (" + more + ")";
}

std::string tried(seal::Access access, const std::string& device) {
  if (access == seal::Access::command) return "a command to " + device + " that may destroy what is on it";
  return "opening " + device + (access == seal::Access::write ? " for writing" : "");
}

}  // namespace

Sealer::Sealer(const asio::any_io_executor& executor, Looker& looker, ledger::Keeper& keeper, Settings settings)
    : executor_(executor), looker_(looker), keeper_(keeper), settings_(std::move(settings)) {
  // ProtectKernelTunables= makes /sys and all below it read-only in guardd's own, a bpffs that is mounted later too.
  if (settings_.host_mounts) places_.pins.insert(0, "/proc/1/root");
}

seal::Mode Sealer::kernel_mode() const {
  return settings_.mode == SealMode::enforce ? seal::Mode::enforce : seal::Mode::observe;
}

void Sealer::record(std::string kind, json what) {
  keeper_.store_late({.wall_s = wall_now_s(), .kind = std::move(kind), .actor = {}, .what = std::move(what)});
}

void Sealer::fail(const Error& error) {
  if (problem_ == error.message) return;
  problem_ = error.message;
  spdlog::error("seal: {}", printable(problem_));
}

void Sealer::start() {
  if (settings_.mode == SealMode::off) {
    // A private instance has no say over the host's seal.
    if (!settings_.why_off.empty()) return;
    const bool was_there = seal::open_pinned(places_.pins).ok();
    if (const auto error = seal::remove_pinned(places_.pins)) return fail(*error);
    if (!was_there) return;
    spdlog::warn("seal: off by the configuration; what was pinned has been taken away");
    return record("seal.removed", {{"reason", "\"seal\" is \"off\" in the configuration"}});
  }
  Result<seal::CgroupRoot> root = seal::cgroup_root();
  if (!root) return fail(root.error());
  cgroup_root_ = std::move(*root);
  places_.cgroup = cgroup_root_.path;
  cgroups_.emplace(cgroup_root_.path);
  if (!attach()) return;
  exempt();
}

bool Sealer::attach() {
  Result<seal::Attached> attached = seal::attach(places_, kernel_mode());
  if (!attached) {
    fail(attached.error());
    return false;
  }
  attached_ = std::move(*attached);
  problem_.clear();
  const std::string how = attached_->adopted ? "adopted" : "attached";
  spdlog::info("seal: {}{} at {}, mode {}", how, attached_->renewed ? " with a new program" : "", places_.pins,
               name_of(settings_.mode));
  for (const std::string& lack : attached_->lacks) spdlog::warn("seal: {}", lack);
  attach_commands();
  record("seal." + how, {{"reason", "mode " + name_of(settings_.mode)}});
  Result<std::unique_ptr<seal::EventRing>> ring = seal::open_events(attached_->pinned.events);
  if (!ring) {
    fail(ring.error());
  } else {
    ring_ = std::move(*ring);
  }
  return true;
}

/// Not every kernel can; what there is of the seal is in force without.
void Sealer::attach_commands() {
  Result<Fd> commands = seal::attach_commands(places_.pins, attached_->pinned);
  const std::string problem = commands ? "" : commands.error().message;
  if (!problem.empty() && problem != commands_problem_) spdlog::warn("seal: {}", printable(problem));
  commands_problem_ = problem;
  // What is attached already is better than nothing, also where its pin can't be put back.
  if (commands) commands_ = std::move(*commands);
}

void Sealer::follow(const Snapshot& snapshot) {
  if (!attached_) return;
  const Basis basis{snapshot,
                    *looker_.policy(),
                    keeper_.current(),
                    {.boot_ms = boot_now_ms(), .asked_boot_ms = snapshot.began_boot_ms, .wall_s = wall_now_s()}};
  std::vector<std::string> problems;
  pass_through_ = read_pass_through(sysfs, snapshot.devices, problems);
  plan_ = plan_seal(basis.snapshot, pass_through_, basis.policy, basis.ledger, basis.now);
  if (plan_.incomplete.empty() && !problems.empty()) plan_.incomplete = problems.front();
  const Result<SealEntries> present = seal::read_sealed(attached_->pinned);
  if (!present) return fail(present.error());
  if (const auto error = seal::follow(attached_->pinned, entries_to_hold(plan_, *present, snapshot, pass_through_)))
    return fail(*error);
  problem_.clear();
}

void Sealer::exempt() {
  if (!attached_) return;
  const std::optional<Looked> looked = looker_.last();
  const Snapshot* const snapshot = looked ? looked->snapshot.get() : nullptr;
  const auto wanted = seal::exemptions_for(keeper_.current().permits, snapshot, pass_through_, places_.cgroup);
  if (const auto error = seal::follow(attached_->pinned, wanted)) fail(*error);
}

/// A person's decision counts at once, and not with the next look only.
void Sealer::follow_ledger() {
  std::string now;
  for (const Release& release : keeper_.current().releases) now += release.id + " ";
  if (now == followed_) return;
  followed_ = std::move(now);
  if (const std::optional<Looked> looked = looker_.last()) follow(*looked->snapshot);
}

/// A kernel that did not take the program may be ready for it later: securityfs is mounted, memory is there.
void Sealer::check_commands() {
  const bool is_lost = commands_ && !seal::is_commands_pinned(places_.pins);
  if (is_lost && commands_problem_.empty()) {
    const std::string what = "the pin of the seal's program for commands is gone";
    spdlog::error("seal: {}; putting it back", what);
    record("seal.lost", {{"reason", what}});
  }
  if (is_lost || (!commands_ && ++rounds_without_ % try_commands_again == 0)) attach_commands();
}

/// What is pinned must be what is attached; else the next guardd would find nothing, or somebody has taken it off. The
/// new one is there before the old one goes.
void Sealer::check_pins() {
  const Result<seal::LinkInfo> ours = seal::link_info(attached_->pinned.link.get());
  const Result<seal::Pinned> pinned = seal::open_pinned(places_.pins);
  const bool is_on = ours && ours->cgroup != 0;
  if (is_on && pinned) {
    check_commands();
    return;
  }
  const std::string what =
      !is_on ? "somebody has taken the seal off" : "the seal's pins are gone: " + pinned.error().message;
  if (is_on && pinned.error().code == "foreign" && pinned.error().message.find("lacks") == std::string::npos) {
    return fail(pinned.error());
  }
  spdlog::error("seal: {}; putting it back", printable(what));
  record("seal.lost", {{"reason", what}});
  const Result<SealEntries> entries = seal::read_sealed(attached_->pinned);
  const Result<std::uint64_t> lifted = seal::read_setting(attached_->pinned.settings, GUARDD_SEAL_LIFTED_UNTIL);
  if (const auto error = seal::forget_pinned(places_.pins)) return fail(*error);
  // Until the new one has its entries, and no longer: it decides by its own maps.
  const std::optional<seal::Attached> old = std::exchange(attached_, std::nullopt);
  const Fd old_commands = std::exchange(commands_, Fd());
  ring_.reset();
  if (!attach()) return;
  if (entries) {
    if (const auto error = seal::follow(attached_->pinned, *entries, true)) fail(*error);
  }
  if (lifted) (void)seal::write_setting(attached_->pinned.settings, GUARDD_SEAL_LIFTED_UNTIL, *lifted);
  exempt();
}

asio::awaitable<void> Sealer::watch() {
  asio::steady_timer timer(executor_);
  for (;;) {
    timer.expires_after(round);
    co_await timer.async_wait(asio::use_awaitable);
    if (settings_.mode == SealMode::off || places_.cgroup.empty()) co_return;
    if (attached_) {
      check_pins();
    } else if (++rounds_without_ % try_again == 0 && attach()) {
      if (const std::optional<Looked> looked = looker_.last()) follow(*looked->snapshot);
    }
    exempt();
    follow_ledger();
  }
}

asio::awaitable<void> Sealer::listen() {
  if (settings_.mode == SealMode::off || places_.cgroup.empty()) co_return;
  asio::steady_timer timer(executor_);
  for (;;) {
    if (ring_) {
      // Its own descriptor, since the ring's is replaced with the seal; shared with the timer, which may come last.
      const auto readable = std::make_shared<asio::posix::stream_descriptor>(executor_, ::dup(ring_->poll_fd()));
      boost::system::error_code error;
      timer.expires_after(round);
      timer.async_wait([readable](const boost::system::error_code& stopped) {
        boost::system::error_code ignored;
        if (!stopped) readable->cancel(ignored);
      });
      co_await readable->async_wait(asio::posix::stream_descriptor::wait_read,
                                    asio::redirect_error(asio::use_awaitable, error));
      timer.cancel();
      if (!error) read_denials();
    }
    timer.expires_after(ring_ ? gather : round);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void Sealer::read_denials() {
  if (!ring_) return;
  std::vector<seal::Denial> denials;
  ring_->read([&](const guardd_seal_event& event) { seal::add(denials, seal::describe(event, *cgroups_)); });
  for (const seal::Denial& denial : denials) report(denial);
}

const SealedDevice* Sealer::planned(const DeviceNode& node) const {
  const auto found = std::ranges::find(plan_.devices, node, &SealedDevice::node);
  return found == plan_.devices.end() ? nullptr : &*found;
}

void Sealer::report(const seal::Denial& denial) {
  const SealedDevice* const device = planned(denial.node);
  const std::string name = device != nullptr ? device->name : number_of(denial.node);
  std::string because = "it is sealed";
  if (device != nullptr && !device->causes.empty()) {
    const SealCause& cause = device->causes.front();
    because = cause.service + (cause.path.empty() ? "" : " at " + cause.path) + " lies on it (" +
              std::string(to_string(cause.state)) + ")";
  }
  const std::string message = who(denial) + (denial.denied ? " was denied " : " would have been denied ") +
                              tried(denial.access, name) + ": " + because;
  const std::string target = denial.node.character ? "DISK" : name;
  std::string remedy = "to destroy what is on it: guardctl exec wipe --target " + target +
                       " -- COMMAND; for what keeps it, as mount, fsck and lvextend do: systemd-run "
                       "--slice=guardd-trusted.slice --pipe --wait COMMAND";
  // Without a cgroup hierarchy to make one in, a command has no cgroup that could be exempt.
  if (cgroup_root_.own) remedy = "lift the seal for a time: guardctl seal lift --reason TEXT --valid SECONDS";
  json what{{"reason", printable(message)},
            {"remedy", printable(remedy)},
            {"device", printable(name)},
            {"major", denial.node.number.major},
            {"minor", denial.node.number.minor},
            {"type", denial.node.character ? "character" : "block"},
            {"access", seal::to_string(denial.access)},
            {"pid", denial.pid},
            {"uid", denial.uid},
            {"comm", printable(denial.comm)},
            {"exe", printable(denial.exe)},
            {"unit", printable(denial.unit)},
            {"cgroup", printable(denial.cgroup)},
            {"times", denial.times}};
  json shown = what;
  shown["what"] = denial.denied ? "denied" : "observed";
  shown["time"] = wall_now_s() - (boot_now_ms() - denial.boot_ms) / ms_per_s;
  recent_.push_front(shown);
  if (recent_.size() > most_recent) recent_.pop_back();
  if (tell_) tell_(shown);
  // One tool that goes on for hours must not crowd out the trail.
  if (const std::int64_t now_s = boot_now_ms() / ms_per_s; now_s != second_) {
    second_ = now_s;
    told_this_second_ = 0;
    if (untold_ != 0)
      record("seal.more", {{"reason", std::to_string(std::exchange(untold_, 0)) +
                                          " more openings of sealed devices, or commands to them"}});
  }
  if (++told_this_second_ > most_told_a_second) {
    untold_ += denial.times;
    return;
  }
  record(denial.denied ? "seal.denied" : "seal.observed", std::move(what));
}

json Sealer::devices_json() const {
  json devices = json::array();
  const Result<SealEntries> entries = seal::read_sealed(attached_->pinned);
  if (!entries) return devices;
  for (const auto& [node, diskseq] : *entries) {
    const SealedDevice* const device = planned(node);
    json one{{"name", printable(device != nullptr ? device->name : number_of(node))},
             {"type", node.character ? "character" : "block"},
             {"major", node.number.major},
             {"minor", node.number.minor},
             {"diskseq", diskseq}};
    if (device != nullptr && !device->causes.empty()) {
      one["dataset"] = printable(device->causes.front().dataset);
      one["path"] = printable(device->causes.front().path);
    }
    devices.push_back(std::move(one));
  }
  return devices;
}

json Sealer::status_json() const {
  json out{{"mode", name_of(settings_.mode)}, {"in_force", attached_.has_value()}, {"recent", json::array()}};
  std::string problem = problem_;
  if (problem.empty() && attached_ && !plan_.incomplete.empty()) {
    problem = "nothing is unsealed while not everything can be seen: " + plan_.incomplete;
  }
  if (problem.empty()) problem = settings_.why_off;
  if (!problem.empty()) out["problem"] = printable(problem);
  for (const json& one : recent_) out["recent"].push_back(one);
  if (!attached_) return out;
  out["devices"] = devices_json();
  out["commands"] = commands_.get() >= 0;
  if (!commands_problem_.empty()) out["commands_problem"] = printable(commands_problem_);
  if (const auto counters = seal::read_counters(attached_->pinned)) {
    out["counters"] = {{"denied", counters->denied},
                       {"observed", counters->observed},
                       {"exempted", counters->exempted},
                       {"lifted", counters->lifted},
                       {"untold", counters->untold}};
  }
  const Result<std::uint64_t> lifted = seal::read_setting(attached_->pinned.settings, GUARDD_SEAL_LIFTED_UNTIL);
  const std::int64_t left_ms = lifted ? static_cast<std::int64_t>(*lifted / ns_per_ms) - boot_now_ms() : 0;
  if (left_ms > 0) out["lifted_for_s"] = (left_ms + ms_per_s - 1) / ms_per_s;
  return out;
}

Reply Sealer::status() const { return {200, to_text({{"seal", status_json()}}), {}}; }

asio::awaitable<Reply> Sealer::plan() {
  const Looked looked = co_await looker_.fresh(looker_.policy()->freshness_ms);
  const Basis basis = as_of_its_begin(looked, keeper_.current());
  std::vector<std::string> problems;
  const std::vector<DiskNodes> pass_through = read_pass_through(sysfs, basis.snapshot.devices, problems);
  json answer = to_json(plan_seal(basis.snapshot, pass_through, basis.policy, basis.ledger, basis.now));
  answer["mode"] = name_of(settings_.mode);
  co_return Reply{200, to_text({{"plan", std::move(answer)}}), {}};
}

asio::awaitable<Reply> Sealer::lift(SealLift lift, Caller caller) {
  if (caller.uid != 0) co_return error_reply(403, "not_permitted", "only root may lift the seal");
  if (!attached_) {
    co_return error_reply(409, "not_sealed", problem_.empty() ? "there is no seal to lift" : printable(problem_));
  }
  const std::string span = std::to_string(lift.valid_s) + " s";
  ledger::Change change{.record = record_of(lift.valid_s == 0 ? "seal.closed" : "seal.lifted", caller)};
  change.record.what = {{"reason", lift.reason}, {"valid_s", lift.valid_s}};
  const Result<ledger::Stored> stored = co_await keeper_.store(std::move(change));
  if (!stored) {
    co_return error_reply(503, stored.error().code,
                          "not lifted, since it can't be recorded: " + stored.error().message +
                              "; without guardd and its ledger: guardctl seal lift --offline --reason TEXT");
  }
  if (!attached_) co_return error_reply(409, "not_sealed", "there is no seal to lift any more");
  const std::uint64_t until =
      lift.valid_s == 0 ? 0 : static_cast<std::uint64_t>(boot_now_ms() + lift.valid_s * ms_per_s) * ns_per_ms;
  if (const auto error = seal::write_setting(attached_->pinned.settings, GUARDD_SEAL_LIFTED_UNTIL, until)) {
    co_return error_reply(503, error->code, error->message);
  }
  spdlog::warn("seal: {}: {}", lift.valid_s == 0 ? "in force again" : "lifted for " + span, printable(lift.reason));
  co_return status();
}

std::string Sealer::metrics() const {
  if (settings_.mode == SealMode::off) return "";
  std::string text = Metric("guardd_seal_in_force", "gauge", "Whether the kernel has guardd's seal.")
                         .sample({{"mode", name_of(settings_.mode)}}, attached_ ? 1 : 0)
                         .text();
  if (!attached_) return text;
  const Result<SealEntries> entries = seal::read_sealed(attached_->pinned);
  if (entries)
    text +=
        Metric("guardd_sealed_devices", "gauge", "Device nodes that are sealed.").sample({}, entries->size()).text();
  const Result<seal::Counters> counters = seal::read_counters(attached_->pinned);
  if (!counters) return text;
  Metric openings("guardd_seal_openings_total", "counter",
                  "Openings of sealed devices that the seal would deny, by what became of them.");
  openings.sample({{"what", "denied"}}, counters->denied)
      .sample({{"what", "observed"}}, counters->observed)
      .sample({{"what", "exempted"}}, counters->exempted)
      .sample({{"what", "lifted"}}, counters->lifted);
  return text + openings.text() +
         Metric("guardd_seal_untold_total", "counter", "Denials of which guardd could not be told.")
             .sample({}, counters->untold)
             .text();
}

}  // namespace guardd
