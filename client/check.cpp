// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "client/commands.hpp"
#include "client/output.hpp"
#include "client/render.hpp"
#include "client/session.hpp"
#include "client/targets.hpp"
#include "client/trust.hpp"
#include "core/host_names.hpp"
#include "core/strict_json.hpp"
#include "core/wire.hpp"

namespace guardd::client {
namespace {

constexpr std::chrono::seconds wait_pause{1};

/// Puts one question until its answer satisfies or the waiting is over.
class Check {
 public:
  Check(const Arguments& arguments, Operation operation, const std::vector<std::string>& names)
      : arguments_(arguments),
        names_(names),
        local_(read_local_host()),
        session_(arguments, local_),
        is_expected_(arguments.expect_host.empty() ? Known<bool>(true)
                                                   : is_this_host(read_host_names(local_), arguments.expect_host)) {
    question_.request.operation = operation;
    question_.request.whole_host = names.empty();
    question_.request.expect_host = arguments.expect_host;
    question_.socket_given = arguments.socket_given;
    question_.socket = arguments.socket;
  }

  int run() {
    const Deadline waiting(arguments_.wait.value_or(std::chrono::nanoseconds{0}));
    if (arguments_.wait) session_.spinner().start("waiting for an allow");
    for (bool first = true;; first = false) {
      if (std::optional<int> over = find_targets(first)) return *over;
      const Conclusion conclusion = ask();
      const bool may_change =
          conclusion.exit_status == exit_status::refused || conclusion.exit_status == exit_status::unknown;
      if (!may_change || waiting.over()) return report(conclusion);
      tell_waiting(conclusion);
      session_.spinner().pause_for(std::min<std::chrono::nanoseconds>(wait_pause, waiting.left()));
    }
  }

 private:
  /// Looks again each time: a path waited for may have become another thing, about which nobody asked.
  std::optional<int> find_targets(bool first) {
    if (question_.request.whole_host) return std::nullopt;
    Result<std::vector<Target>> found = resolve_targets(names_, question_.request.operation);
    if (!found && found.error().code == "usage") {
      session_.spinner().stop();
      write_error("guardctl: " + found.error().message + "\n");
      return exit_status::usage;
    }
    if (!found) {
      return report(client_verdict(question_, local_, found.error(),
                                   "Make the target readable to this caller, or ask about the device under it"));
    }
    if (!first && *found != question_.request.targets) {
      session_.spinner().stop();
      write_error("guardctl: a target became another one during the waiting: ask again\n");
      return exit_status::usage;
    }
    question_.request.targets = std::move(found).value();
    return std::nullopt;
  }

  Conclusion ask() {
    return conclude(question_, session_.ask({"POST", "/v1/check", to_text(to_json(question_.request))}), local_,
                    is_expected_);
  }

  int report(const Conclusion& conclusion) {
    session_.spinner().stop();
    std::string text;
    if (arguments_.json) {
      text = json_line(conclusion.document);
    } else if (!arguments_.quiet) {
      text = render_verdict(conclusion.document, Style{colour_wanted()});
    }
    if (write_out(text)) return conclusion.exit_status;
    write_error("guardctl: the verdict could not be written to standard output\n");
    // Whoever was to read it has nothing: that is not an allow.
    return conclusion.exit_status == exit_status::allow ? exit_status::unknown : conclusion.exit_status;
  }

  void tell_waiting(const Conclusion& conclusion) {
    if (arguments_.quiet || arguments_.json || last_told_ == conclusion.document["reasons"]) return;
    last_told_ = conclusion.document["reasons"];
    session_.spinner().erase();
    write_error("waiting, as this is the answer so far:\n" + render_verdict(conclusion.document, Style{}));
  }

  const Arguments& arguments_;
  const std::vector<std::string>& names_;
  LocalHost local_;
  Session session_;
  Known<bool> is_expected_;
  Question question_;
  nlohmann::json last_told_;
};

}  // namespace

int check_reinstall(const Arguments& arguments) {
  return Check(arguments, Operation::reinstall, arguments.targets).run();
}

int check_wipe(const Arguments& arguments) { return Check(arguments, Operation::wipe, arguments.operands).run(); }

int check_reboot(const Arguments& arguments) { return Check(arguments, Operation::reboot, {}).run(); }

}  // namespace guardd::client
