// SPDX-License-Identifier: Apache-2.0
#include "client/acquire.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "client/targets.hpp"
#include "client/tell.hpp"
#include "core/host_names.hpp"
#include "core/strict_json.hpp"
#include "core/text.hpp"
#include "core/wire.hpp"
#include "os/clock.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr unsigned http_created = 201;
constexpr unsigned http_conflict = 409;
constexpr unsigned http_unavailable = 503;
constexpr const char* distrust_remedy =
    "Treat this host as not safe. Find out what answered: it gave no permit that can be relied on";

Error usage_problem(std::string message) { return {"usage", std::move(message)}; }

bool is_member(const json& object, const char* key, const json& value) {
  const auto found = object.find(key);
  return found != object.end() && *found == value;
}

/// All but the targets. Error "usage".
Result<PermitRequest> request_of(const Arguments& arguments, bool has_command) {
  const std::string& name = arguments.operands.front();
  const auto operation = parse_operation(name);
  if (!operation) return usage_problem("'" + printable(name) + "' is no operation: reinstall, wipe or reboot");
  if (*operation == Operation::wipe && arguments.targets.empty())
    return usage_problem("wipe wants --target: an empty list is never everything");
  if (*operation == Operation::reboot && !arguments.targets.empty())
    return usage_problem("a reboot is about the whole host, and has no --target");
  if (!has_command && ::kill(arguments.holder, 0) != 0 && errno == ESRCH)
    return usage_problem("--holder: there is no process " + std::to_string(arguments.holder) +
                         ", and a permit ends with its holder");
  PermitRequest request;
  request.question.operation = *operation;
  request.question.whole_host = arguments.targets.empty();
  request.question.expect_host = arguments.expect_host;
  request.reason = arguments.reason;
  request.has_command = has_command;
  request.holder_pid = arguments.holder;
  request.valid_s = arguments.valid_s.value_or(default_valid_s);
  return request;
}

/// The verdict that came with guardd's answer, as if it had been asked for alone, and the permit beside it.
Result<HttpResponse> verdict_in(const Result<HttpResponse>& answer, json& permit) {
  if (!answer) return answer;
  const bool may_have_one =
      answer->status == http_created || answer->status == http_conflict || answer->status == http_unavailable;
  const Result<json> document = may_have_one ? parse_json(answer->body, answer_limits) : Result<json>(json());
  if (!document || !document->is_object()) return answer;
  if (answer->status == http_created && document->contains("permit")) permit = (*document)["permit"];
  if (!document->contains("verdict")) return answer;
  return HttpResponse{200, answer->keep_alive, to_text((*document)["verdict"])};
}

bool is_bad_holder(const Result<HttpResponse>& answer) {
  if (!answer || answer->status != http_conflict) return false;
  const auto error = parse_error(answer->body);
  return error && error->code == "bad_holder";
}

std::string id_in(const json& permit) {
  const auto found = permit.is_object() ? permit.find("id") : permit.end();
  const bool has_one = permit.is_object() && found != permit.end() && found->is_string();
  return has_one && is_permit_id(*found) ? found->get<std::string>() : std::string();
}

}  // namespace

bool is_permit_id(const std::string& id) {
  constexpr std::size_t longest = 32;
  return !id.empty() && id.size() <= longest && all_ids({&id, 1});
}

std::string distrust_permit(const json& permit, const PermitRequest& asked, std::int32_t holder,
                            const LocalHost& local) {
  if (!permit.is_object()) return "says allow, and gives no permit";
  if (id_in(permit).empty()) return "gives a permit without an id";
  json targets = json::array();
  for (const Target& target : asked.question.targets) targets.push_back(printable(target.path));
  if (!is_member(permit, "operation", to_string(asked.question.operation)))
    return "gives a permit for another operation";
  if (!is_member(permit, "scope", asked.question.whole_host ? "host" : "targets") ||
      !is_member(permit, "targets", targets))
    return "gives a permit for another scope";
  if (!is_member(permit, "command", asked.has_command) ||
      !is_member(permit, "state", asked.has_command ? "granted" : "running"))
    return "gives a permit that is not in force";
  if (!local.boot_id.known() || !is_member(permit, "boot_id", local.boot_id.value()))
    return "gives a permit of another boot";
  const auto held = permit.find("holder");
  if (held == permit.end() || !held->is_object() || !is_member(*held, "pid", holder))
    return "gives a permit to another holder";
  const auto expires = permit.find("expires_boot_ms");
  const bool is_late = expires == permit.end() || !expires->is_number_integer() || *expires <= boot_now_ms();
  return is_late ? "gives a permit whose time is over" : "";
}

Result<Acquired> acquire(Session& session, const Arguments& arguments, const LocalHost& local, bool has_command) {
  Result<PermitRequest> request = request_of(arguments, has_command);
  if (!request) return request.error();
  Question question{.request = request->question, .socket_given = arguments.socket_given, .socket = arguments.socket};
  if (!question.request.whole_host) {
    Result<std::vector<Target>> found = resolve_targets(arguments.targets, question.request.operation);
    if (!found && found.error().code == "usage") return found.error();
    if (!found) {
      return Acquired{client_verdict(question, local, found.error(),
                                     "Make the target readable to this caller, or ask about the device under it"),
                      nullptr,
                      {}};
    }
    question.request.targets = std::move(found).value();
    request->question.targets = question.request.targets;
  }
  const Known<bool> is_expected =
      arguments.expect_host.empty() ? Known<bool>(true) : is_this_host(read_host_names(local), arguments.expect_host);

  const Result<HttpResponse> answer = session.ask({"POST", "/v1/permits", to_text(permit_request_json(*request))});
  if (is_bad_holder(answer)) return usage_problem("guardd gives this holder no permit: " + error_message(answer->body));
  json permit;
  Acquired got;
  got.conclusion = conclude(question, verdict_in(answer, permit), local, is_expected);
  const std::string id = id_in(permit);
  if (got.conclusion.exit_status == exit_status::allow) {
    const std::int32_t holder = has_command ? ::getpid() : arguments.holder;
    const std::string why = distrust_permit(permit, *request, holder, local);
    if (why.empty()) {
      got.permit = std::move(permit);
      got.id = id;
      return got;
    }
    got.conclusion =
        client_verdict(question, local, {"daemon.untrusted", "the answer of guardd at " + arguments.socket + " " + why},
                       distrust_remedy);
  }
  if (!id.empty()) (void)session.ask({"DELETE", "/v1/permits/" + id});
  return got;
}

}  // namespace guardd::client
