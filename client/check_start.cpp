// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "client/commands.hpp"
#include "client/output.hpp"
#include "client/render.hpp"
#include "client/session.hpp"
#include "client/tell.hpp"
#include "client/trust.hpp"
#include "core/text.hpp"
#include "gate/lock.hpp"
#include "gate/mirrors.hpp"
#include "gate/sight.hpp"
#include "gate/start_intents.hpp"
#include "gate/waiting.hpp"
#include "os/clock.hpp"
#include "os/join.hpp"
#include "os/read.hpp"
#include "procfs/cgroup.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

/// A database waits for this at its start; --timeout may make it shorter.
constexpr std::chrono::seconds longest_look{1};
/// guardd is looking whether a permit may be: it says so in a moment.
constexpr std::chrono::milliseconds look_pause{20};
constexpr std::size_t longest_service = 255;  // NAME_MAX, and a unit's name: systemd.unit(5)

void warn(const std::string& what) { write_error("guardctl: " + what + "\n"); }

/// Lets one service start, or not, by the gate's files alone.
class Gate {
 public:
  explicit Gate(const Arguments& arguments)
      : arguments_(arguments),
        service_(arguments.operands.front()),
        places_{.run = parent_of(arguments.socket), .state = arguments.state_dir},
        local_(read_local_host()),
        deadline_(std::min<std::chrono::nanoseconds>(longest_look, arguments.timeout)) {}

  int run() {
    for (;;) {
      Result<Fd> lock = gate::take_lock(places_, std::chrono::floor<std::chrono::milliseconds>(deadline_.left()));
      const std::vector<Permit> closing = look();
      const bool is_asked_for =
          std::ranges::any_of(closing, [](const Permit& one) { return one.state == PermitState::requested; });
      if (is_asked_for && !deadline_.over()) {
        lock = Fd();
        pause_for(look_pause);
        continue;
      }
      if (!lock) {
        warn("the gate's lock could not be had: " + printable(lock.error().message) +
             ". A permit that is given in this moment may not see this start. Run it as root");
      }
      for (const std::string& problem : problems_) warn("a permit may be missing here: " + reprintable(problem));
      return closing.empty() ? open(lock) : close(closing);
    }
  }

 private:
  /// The permits that keep services from starting.
  std::vector<Permit> look() {
    gate::Mirrors mirrors = gate::read_mirrors(places_);
    problems_ = std::move(mirrors.problems);
    std::vector<Permit> closing;
    for (Permit& permit : mirrors.permits) {
      // Without a boot id nothing of it is known to be over.
      if (local_.boot_id.known())
        permit = advance(permit, gate::see(permit), {.boot_id = local_.boot_id.value(), .boot_ms = boot_now_ms()});
      if (occupies(permit) || permit.state == PermitState::interrupted) closing.push_back(permit);
    }
    return closing;
  }

  int close(const std::vector<Permit>& closing) {
    const std::string unit = this_unit();
    const std::string& waiting = unit.empty() ? service_ : unit;
    bool starts_by_itself = gate::is_unit_name(waiting);
    if (starts_by_itself) {
      if (const Result<bool> noted = gate::note_waiting(places_, waiting); !noted) {
        starts_by_itself = false;
        warn("that it waits could not be noted: " + printable(noted.error().message));
      }
    }
    json reasons = json::array();
    for (const Permit& permit : closing) reasons.push_back(reason_for(permit, starts_by_itself));
    (void)say("refuse", std::move(reasons));
    return exit_status::refused;
  }

  int open(Result<Fd>& lock) {
    if (const Result<bool> filed = file(); !filed) {
      warn("this start could not be made known to guardd: " + printable(filed.error().message) +
           ". A permit that is asked for before the service runs may not see it. Run it as root");
    }
    // Whatever becomes of this start of systemd's, the gate is not what kept it from starting.
    if (const std::string unit = this_unit(); !unit.empty()) (void)gate::forget_waiting(places_, unit);
    lock = Fd();
    ask_for_guardd();
    (void)say("allow", json::array());
    return exit_status::allow;
  }

  Result<bool> file() {
    if (!local_.boot_id.known()) return Error{"no_boot_id", local_.boot_id.why()};
    const Result<PermitHolder> caller = gate::identify(::getppid());
    if (!caller) return caller.error();
    return gate::file_start_intent(places_, {.service = service_,
                                             .unit = this_unit(),
                                             .caller = *caller,
                                             .boot_id = local_.boot_id.value(),
                                             .boot_ms = boot_now_ms()});
  }

  /// The unit whose ExecStartPre this is; empty where something else runs it, in whatever unit that is.
  static std::string this_unit() {
    constexpr std::size_t longest_cgroup = std::size_t{16} * 1024;
    if (::getppid() != 1) return "";
    const Result<std::string> text = read_file("/proc/self/cgroup", longest_cgroup);
    const Result<CgroupPlace> place = text ? parse_cgroup(*text) : Result<CgroupPlace>(text.error());
    return place ? place->unit : "";
  }

  void ask_for_guardd() {
    Arguments what_is_left = arguments_;
    what_is_left.timeout = std::max<std::chrono::nanoseconds>(deadline_.left(), shortest_timeout);
    const Result<HttpResponse> answer = Session(what_is_left, local_).ask({"GET", "/healthz"});
    if (answer && answer->status == 200) return;
    warn("guardd is not there: nothing but the mirrors was asked. " +
         (answer ? "It answered with HTTP " + std::to_string(answer->status) : "guardd " + answer.error().message) +
         ". See `systemctl status guardd`");
  }

  [[nodiscard]] json reason_for(const Permit& permit, bool starts_by_itself) const {
    const std::string id = printable(permit.id);
    const std::string what = "permit " + id + ", a " + std::string(to_string(permit.operation)) + " of " +
                             (permit.whole_host ? "the whole host" : "a part of this host");
    json reason{{"rule", "builtin"}, {"evidence", json::array()}};
    if (permit.state == PermitState::interrupted) {
      reason["code"] = "operation.interrupted";
      reason["message"] = what + ", was interrupted: the data may be half gone";
      reason["remedy"] =
          "Look at the data. When it is whole, or gone for good: guardctl permit end " + id + " --reason ...";
      return reason;
    }
    reason["code"] = "permit.conflict";
    reason["message"] = what + ", is " + std::string(to_string(permit.state)) + ", held by pid " +
                        std::to_string(permit.holder.pid) + ": what starts now may be destroyed under way";
    reason["remedy"] = (starts_by_itself ? "Wait: it starts by itself when the permit ends"
                                         : "Start it again when the permit has ended") +
                       std::string("; guardctl permit list shows it");
    return reason;
  }

  bool say(const char* verdict, json reasons) const {
    const json document{{"operation", "start"},
                        {"scope", "service"},
                        {"targets", json::array({printable(service_)})},
                        {"verdict", verdict},
                        {"reasons", std::move(reasons)},
                        {"lifted", json::array()},
                        {"host", host_json(local_)}};
    if (arguments_.json) return write_out(json_line(document));
    return arguments_.quiet || write_out(render_verdict(document, Style{colour_wanted()}));
  }

  const Arguments& arguments_;
  const std::string& service_;
  gate::Places places_;
  LocalHost local_;
  Deadline deadline_;
  std::vector<std::string> problems_;
};

}  // namespace

int check_start(const Arguments& arguments) {
  const std::string& service = arguments.operands.front();
  if (service.size() > longest_service || service.find('/') != std::string::npos)
    return usage_error("a service is named by its unit, mariadb.service for instance, not by a path");
  if (const int other_host = compare_host(arguments); other_host != 0) return other_host;
  return Gate(arguments).run();
}

}  // namespace guardd::client
