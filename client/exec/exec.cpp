// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "client/acquire.hpp"
#include "client/commands.hpp"
#include "client/exec/give_back.hpp"
#include "client/exec/supervise.hpp"
#include "client/exec/verdict_file.hpp"
#include "client/members.hpp"
#include "client/output.hpp"
#include "client/render.hpp"
#include "client/signals.hpp"
#include "client/tell.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr std::size_t shown_processes = 5;

void say(const std::string& what) { write_error("guardctl: " + what + "\n"); }

/// One command under one permit.
class Exec {
 public:
  explicit Exec(const Arguments& arguments)
      : arguments_(arguments), local_(read_local_host()), session_(arguments, local_) {}

  int run() {
    const Result<Acquired> got = acquire(session_, arguments_, local_, true);
    if (!got) return usage_error(got.error().message);
    id_ = got->id;
    if (!id_.empty()) what_ = shown_text(got->permit, "operation");
    const bool told = write_verdict(got->conclusion.document);
    if (id_.empty()) return show_refusal(got->conclusion.document);
    return told ? run_child() : exit_status::never_ran;
  }

 private:
  /// On standard error: standard output is the command's.
  int show_refusal(const json& verdict) const {
    if (arguments_.json) {
      write_error(json_line(verdict));
    } else if (!arguments_.quiet) {
      write_error(render_verdict(verdict, Style{}));
    }
    return exit_status::never_ran;
  }

  bool write_verdict(const json& verdict) {
    if (arguments_.verdict_file.empty()) return true;
    const Result<bool> written = write_verdict_file(arguments_.verdict_file, json_line(verdict));
    if (!written) (void)never_ran("the verdict could not be written to its file: " + written.error().message);
    return written.ok();
  }

  int run_child() {
    const Result<PassedSignals> signals = PassedSignals::take();
    if (!signals) return never_ran("signals can't be passed on: " + signals.error().message);
    Result<Child> child = Child::start(arguments_.rest, "GUARDD_PERMIT=" + id_);
    if (!child) return never_ran("no process for it: " + child.error().message);
    const Result<CommandCgroup> cgroup = CommandCgroup::place(id_, child->pid(), Deadline(arguments_.timeout));
    if (!cgroup) {
      return never_ran("it can't be put into a cgroup of its own, and guardd could not see its end: " +
                       cgroup.error().message + ". Run this as root, on a host with cgroup v2");
    }
    if (const std::string refusal = begin(child->pid()); !refusal.empty()) {
      child->end();
      cgroup->remove();
      return never_ran("guardd did not let it begin: " + refusal);
    }
    PermitEvents events(arguments_.socket, session_.rule(), id_);
    const Course course = supervise(*child, *cgroup, *signals, events, id_, arguments_.stop_on_revoke);
    return conclude_run(course, *cgroup);
  }

  /// Why the command must not start; empty where it may.
  std::string begin(pid_t pid) {
    const Result<HttpResponse> answer =
        session_.ask({"POST", "/v1/permits/" + id_ + "/begin", to_text(begin_json(pid))});
    if (!answer) return "guardd " + answer.error().message;
    if (answer->status != 200) return error_message(answer->body) + " (HTTP " + std::to_string(answer->status) + ")";
    const Result<json> document = parse_json(answer->body, answer_limits);
    const json permit = document ? shown_object(*document, "permit") : json::object();
    const bool runs = shown_text(permit, "id") == id_ && shown_text(permit, "state") == "running";
    return runs ? "" : "its answer does not say that the permit's command runs";
  }

  /// Gives the permit back, says why nothing has run.
  int never_ran(const std::string& why) {
    say("the command was not run: " + printable(why));
    if (id_.empty()) return exit_status::never_ran;
    const GivenBack back = give_back(session_, id_, std::nullopt, arguments_.timeout);
    if (!back.problem.empty())
      say("permit " + id_ + " could not be given back: " + printable(back.problem) +
          ". It ends with this process; guardctl permit list shows it");
    return exit_status::never_ran;
  }

  int conclude_run(const Course& course, const CommandCgroup& cgroup) {
    const int status = course.ended.exit_status();
    const std::optional<int> told = course.ended.ran ? std::optional(status) : std::nullopt;
    const GivenBack back = give_back(session_, id_, told, arguments_.timeout);
    std::string lapsed = course.lapsed;
    if (lapsed.empty()) lapsed = shown_text(back.permit, "lapsed");
    if (lapsed.empty() && back.is_unknown) lapsed = "guardd knows of no such permit under way: " + back.problem;
    tell_rest(back, cgroup, status);
    cgroup.remove();
    if (!lapsed.empty()) {
      say("the command ended with status " + std::to_string(status) + ", but its permit " + id_ +
          " was not valid to the end: " + lapsed + ". Look at what it was at before you go on");
      return exit_status::lapsed;
    }
    if (course.ended.signal != 0) die_of(course.ended.signal);
    return status;
  }

  void tell_rest(const GivenBack& back, const CommandCgroup& cgroup, int status) const {
    if (!back.problem.empty() && !back.is_unknown) {
      say("permit " + id_ + " could not be given back: " + printable(back.problem) +
          ". guardd will find out by itself that the command has ended, but not how: " + whether_flagged(status));
      return;
    }
    const std::string state = shown_text(back.permit, "state");
    if (state == "interrupted") {
      say("the " + what_ + " of permit " + id_ +
          " was interrupted, and no gated service starts before somebody has "
          "looked at the data: guardctl permit end " +
          id_ + " --reason ...");
    } else if (!state.empty() && state != "ended") {
      std::string pids;
      for (const pid_t pid : cgroup.processes(shown_processes)) pids += " " + std::to_string(pid);
      say("the command has ended, but processes that it started have not:" + (pids.empty() ? " (gone now)" : pids) +
          ". Permit " + id_ + " goes on until they have");
    }
  }

  [[nodiscard]] std::string whether_flagged(int status) const {
    if (what_ == "reboot") return "nothing hangs on that for a reboot";
    return "a reinstall or wipe will be taken for interrupted. Then: guardctl permit end " + id_ + " --status " +
           std::to_string(status);
  }

  const Arguments& arguments_;
  LocalHost local_;
  Session session_;
  std::string id_;
  std::string what_;  // the operation
};

}  // namespace

int exec(const Arguments& arguments) { return Exec(arguments).run(); }

}  // namespace guardd::client
