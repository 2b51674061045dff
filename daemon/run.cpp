// SPDX-License-Identifier: Apache-2.0
#include "daemon/run.hpp"

#include <grp.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "daemon/config.hpp"
#include "daemon/event_sources.hpp"
#include "daemon/front_desk.hpp"
#include "daemon/historian.hpp"
#include "daemon/journal.hpp"
#include "daemon/last_look.hpp"
#include "daemon/patrol.hpp"
#include "daemon/releases.hpp"
#include "daemon/sealer.hpp"
#include "daemon/server/listener.hpp"
#include "daemon/server/server.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/shutdown_inhibitor.hpp"
#include "daemon/state_lock.hpp"
#include "daemon/status_news.hpp"
#include "daemon/worker/forked_workers.hpp"
#include "os/clock.hpp"
#include "os/join.hpp"
#include "os/limits.hpp"
#include "os/read.hpp"

namespace guardd {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds stop_patience{2};

int give_up(const Error& error, int status) {
  spdlog::critical("{}", printable(error.message));
  return status;
}

Result<std::optional<gid_t>> group_of(const char* key, const std::string& name) {
  if (name.empty()) return std::optional<gid_t>();
  errno = 0;
  const group* found = ::getgrnam(name.c_str());
  if (found == nullptr) return Error{"bad_config", std::string(key) + ": there is no group \"" + name + "\""};
  return std::optional<gid_t>(found->gr_gid);
}

/// The listening socket and where it is; `ours` when it is to be removed at the end.
struct Listening {
  Fd socket;
  std::string path;
  bool ours = false;
};

Result<Listening> listen(const Options& options) {
  Result<PassedSocket> passed = passed_socket();
  if (!passed) return passed.error();
  if (passed->socket) return Listening{std::move(passed->socket), std::move(passed->path), false};
  Result<Fd> made = listen_at(options.socket);
  if (!made) return made.error();
  return Listening{std::move(*made), options.socket, true};
}

void reload(PolicyStore& policies, Looker& looker) {
  const auto loaded = policies.load();
  if (!loaded) {
    spdlog::error("policy not reloaded, generation {} stays: {}", policies.current()->generation,
                  printable(loaded.error().message));
    return;
  }
  looker.use_policy(*loaded);
  spdlog::info("policy generation {}: {}", (*loaded)->generation, (*loaded)->digest);
}

/// What `systemctl status guardd` shows; of the last look, and not of a new one.
std::string status_line(const Looker& looker, const PolicyStore& policies, const ledger::Keeper& keeper,
                        const Identity& identity) {
  std::string line = "Looking for the first time";
  if (const std::optional<Looked> looked = looker.last()) {
    const Basis basis = as_of_its_begin(*looked, keeper.current());
    const std::int64_t age_ms = basis.now.boot_ms - basis.now.asked_boot_ms;
    line = one_line_status(basis, identity) + ", " + std::to_string(age_ms / 1000) + " s ago";
  }
  return policies.problems().empty() ? line : line + "; the last policy reload failed";
}

Sealer::Settings seal_settings(const Config& config, const std::string& instance, bool host_mounts) {
  if (instance == "system") return {.mode = config.seal, .host_mounts = host_mounts};
  return {.mode = SealMode::off, .why_off = "only the host's own instance seals"};
}

/// Of the last look too: what nobody has seen yet inhibits nothing.
std::string shutdown_refusal(const Looker& looker, const ledger::Keeper& keeper, const Identity& identity) {
  const std::optional<Looked> looked = looker.last();
  return looked ? why_no_reboot(as_of_its_begin(*looked, keeper.current()), identity) : std::string();
}

/// Empty where it can't be read, which every verdict says too.
std::string read_boot_id() {
  const Result<std::string> text = read_file("/proc/sys/kernel/random/boot_id", 256);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

/// For guardd and all that it starts: what can't be had by it is refused, and an inspector that runs into it fails.
void keep_within(const Limits& limits) {
  const auto lower = [](__rlimit_resource resource, std::int64_t value) {
    if (const auto error = lower_limit(resource, static_cast<rlim_t>(value))) spdlog::error("{}", error->message);
  };
  lower(RLIMIT_NOFILE, limits.descriptors);
  if (address_space_limited) lower(RLIMIT_AS, limits.memory_mb * 1024 * 1024);
}

/// guardd runs on without a ledger, and every verdict says why it is unknown.
void tell_of_ledger(const Ledger& ledger) {
  if (!ledger.readable.known()) spdlog::error("ledger: {}", printable(ledger.readable.why()));
  if (!ledger.lost.empty()) spdlog::error("ledger: {}", printable(ledger.lost));
}

/// Until SIGTERM or SIGINT; then lets those who asked have their answers.
asio::awaitable<void> obey_signals(asio::signal_set& signals, PolicyStore& policies, Looker& looker, StatusNews& news,
                                   Permits& permits, Server& server) {
  while (true) {
    // Not in the loop's condition: optimised by GCC 12, a co_await there ends in an undefined instruction.
    const int number = co_await signals.async_wait(asio::use_awaitable);
    if (number != SIGHUP) break;
    reload(policies, looker);
    news.look();
  }
  ::sd_notify(0, "STOPPING=1");
  spdlog::info("stopping");
  permits.stop();
  co_await server.stop(stop_patience);
}

}  // namespace

int run_daemon(const Options& options) {
  const Result<Config> config = read_config(options.config, options.config_given);
  if (!config) return give_up(config.error(), EX_CONFIG);
  const Result<std::optional<gid_t>> operators = group_of("operators_group", config->operators_group);
  if (!operators) return give_up(operators.error(), EX_CONFIG);
  const Result<std::optional<gid_t>> askers = group_of("askers_group", config->askers_group);
  if (!askers) return give_up(askers.error(), EX_CONFIG);
  PolicyStore policies(options.policy_directories);
  const auto policy = policies.load();
  if (!policy) return give_up(policy.error(), EX_CONFIG);
  const Result<Fd> lock = lock_state(options.state_dir);
  if (!lock) return give_up(lock.error(), EXIT_FAILURE);

  keep_within(config->limits);
  asio::io_context loop(1);
  ForkedWorkers workers(loop.get_executor(), {.host_mounts = options.host_mounts});
  if (const Result<pid_t> started = workers.start(); !started) return give_up(started.error(), EXIT_FAILURE);
  Result<Listening> listening = listen(options);
  if (!listening) return give_up(listening.error(), EXIT_FAILURE);
  const std::string instance = instance_name(options, listening->path, ::geteuid() == 0);
  start_journal();
  ledger::Keeper keeper(loop.get_executor(), options.state_dir, tell_journal);
  tell_of_ledger(keeper.current());
  ledger::Reader reader(options.state_dir);
  Historian historian(loop.get_executor(), keeper);
  KernelEvents events(loop.get_executor(), open_event_sources(config->unused_event_sources),
                      config->limits.wake_ups_per_s);
  std::optional<Sealer> sealer;  // looks are made for it, and it follows them
  Looker looker(loop.get_executor(), workers, {boot_now_ms, wall_now_s},
                {config->deadlines, config->credentials_file, config->readlink_only},
                {[&] { return historian.recall(); },
                 [&](const Snapshot& snapshot) {
                   historian.learn(snapshot);
                   if (sealer) sealer->follow(snapshot);
                 }},
                &events);
  looker.use_policy(*policy);
  sealer.emplace(loop.get_executor(), looker, keeper, seal_settings(*config, instance, options.host_mounts));
  sealer->start();
  Patrol patrol(loop.get_executor(), looker, events,
                {.every = config->look_every, .cpu_percent = config->look_cpu_percent});
  const Identity identity{instance, GUARDD_VERSION};
  Checker checker(looker, patrol, workers, policies, keeper, identity);
  Decisions decisions(keeper, reader);
  Releases releases(looker, historian, keeper, config->release_quiet_s);
  const std::string boot_id = read_boot_id();
  Overrides overrides(keeper, workers, config->overrides, boot_id);
  Permits permits(loop.get_executor(), looker, workers, keeper,
                  {.places = {.run = parent_of(listening->path), .state = options.state_dir},
                   .instance = instance,
                   .boot_id = boot_id});
  const Metrics metrics(looker, events, workers, checker, keeper, *sealer, identity);
  StatusNews news(looker, policies, keeper, identity,
                  {.any = [&permits] { return permits.any_listener(); },
                   .tell = [&permits](const nlohmann::json& what) { permits.publish("status", what); }});
  looker.tell_of_looks([&news] { news.look(); });
  keeper.tell_of_changes([&news] { news.look(); });
  FrontDesk desk(checker, decisions, releases, overrides, permits, *sealer, metrics);
  Server server(loop.get_executor(), std::move(listening->socket), desk,
                {.trust = {.own_uid = ::geteuid(), .operators = *operators, .askers = *askers},
                 .connections = {},
                 .session = {}});

  (void)std::signal(SIGPIPE, SIG_IGN);
  asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);
  server.start();
  asio::co_spawn(loop, obey_signals(signals, policies, looker, news, permits, server),
                 [&loop](const std::exception_ptr&) { loop.stop(); });
  patrol.tell_of_changes([&permits] { permits.look_soon(); });
  asio::co_spawn(loop, patrol.run(), asio::detached);
  asio::co_spawn(loop, permits.watch(), asio::detached);
  checker.show_seal([&sealer] { return sealer->status_json(); });
  sealer->tell_denials([&permits](const nlohmann::json& denial) { permits.publish("seal", denial); });
  asio::co_spawn(loop, sealer->watch(), asio::detached);
  asio::co_spawn(loop, sealer->listen(), asio::detached);
  spdlog::info("{} instance at {}, policy {}", instance, printable(listening->path), (*policy)->digest);
  ::sd_notify(0, "READY=1");
  asio::co_spawn(loop, keep_telling_systemd([&] { return status_line(looker, policies, keeper, identity); }),
                 asio::detached);
  if (config->inhibit_shutdown) {
    asio::co_spawn(loop, keep_inhibiting_shutdown([&] { return shutdown_refusal(looker, keeper, identity); }),
                   asio::detached);
  }
  loop.run();
  if (listening->ours) ::unlink(listening->path.c_str());
  return EXIT_SUCCESS;
}

}  // namespace guardd
