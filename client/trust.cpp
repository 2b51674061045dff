// SPDX-License-Identifier: Apache-2.0
#include "client/trust.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/strict_json.hpp"
#include "core/wire.hpp"

namespace guardd::client {
namespace {

using nlohmann::json;

constexpr const char* start_remedy =
    "Treat this host as not safe. Start guardd with `systemctl start guardd`; `journalctl -u guardd` says why it "
    "stopped";
constexpr const char* retry_remedy =
    "Treat this host as not safe. Ask again in a moment; `journalctl -u guardd` says what is wrong";
constexpr const char* untrusted_remedy =
    "Treat this host as not safe. Find out what answered: it is not the guardd of this host and this boot";
constexpr unsigned http_ok = 200;
constexpr unsigned http_forbidden = 403;

Outcome worse(Outcome left, Outcome right) { return std::max(left, right); }

Conclusion own_verdict(const Question& question, const LocalHost& local, Outcome outcome, const Error& why,
                       std::string remedy) {
  json targets = json::array();
  for (const Target& target : question.request.targets) targets.push_back(target.path);
  json reason = {{"code", why.code},
                 {"rule", "builtin"},
                 {"message", why.message},
                 {"remedy", std::move(remedy)},
                 {"evidence", json::array()}};
  json document = {{"operation", to_string(question.request.operation)},
                   {"scope", question.request.whole_host ? "host" : "targets"},
                   {"targets", std::move(targets)},
                   {"verdict", to_string(outcome)},
                   {"reasons", json::array({std::move(reason)})},
                   {"lifted", json::array()},
                   {"host", host_json(local)},
                   {"instance", nullptr},
                   {"snapshot", nullptr},
                   {"policy", nullptr}};
  return {outcome, outcome == Outcome::refuse ? exit_status::refused : exit_status::unknown, std::move(document)};
}

std::string target_difference(const Answer& answer, const CheckRequest& asked) {
  if (answer.whole_host != asked.whole_host) return "is about another scope";
  const bool same =
      std::equal(answer.target_paths.begin(), answer.target_paths.end(), asked.targets.begin(), asked.targets.end(),
                 [](const std::string& path, const Target& target) { return path == target.path; });
  return same ? "" : "is about other targets";
}

bool is_empty_array(const json& document, const char* key) {
  const auto member = document.find(key);
  return member != document.end() && member->is_array() && member->empty();
}

bool is_object(const json& document, const char* key) {
  const auto member = document.find(key);
  return member != document.end() && member->is_object();
}

bool is_array_of_objects(const json& document, const char* key) {
  const auto member = document.find(key);
  return member != document.end() && member->is_array() &&
         std::all_of(member->begin(), member->end(), [](const json& element) { return element.is_object(); });
}

/// What an allow lacks; looked at here once more, whatever parse_answer() is satisfied with.
std::string missing_from_allow(const json& document) {
  if (!document.is_object()) return "is no object";
  if (!is_empty_array(document, "reasons")) return "says allow, and gives reasons against it";
  if (!is_array_of_objects(document, "lifted")) return "does not say what was lifted";
  if (!is_object(document, "snapshot")) return "does not say what was looked at";
  if (!is_object(document, "policy")) return "does not say by which policy";
  return "";
}

/// Why the answer is not one to this question; empty when it is.
std::string distrust_answer(const Question& question, const Answer& answer, const LocalHost& local) {
  if (answer.operation != question.request.operation) {
    return "is about " + std::string(to_string(answer.operation)) + ", not " +
           std::string(to_string(question.request.operation));
  }
  if (std::string difference = target_difference(answer, question.request); !difference.empty()) return difference;
  if (std::string why = distrust(answer.instance, answer.boot_id, question.socket_given, local); !why.empty())
    return why;
  return answer.outcome == Outcome::allow ? missing_from_allow(answer.document) : "";
}

Conclusion conclude_answer(const Question& question, const std::string& body, const LocalHost& local) {
  const auto untrusted = [&](const std::string& what) {
    return own_verdict(question, local, Outcome::unknown,
                       {"daemon.untrusted", "the answer of guardd at " + question.socket + " " + what},
                       untrusted_remedy);
  };
  Result<Answer> answer = parse_answer(body);
  if (!answer) return untrusted("can't be understood: " + answer.error().message);
  if (std::string why = distrust_answer(question, *answer, local); !why.empty()) return untrusted(why);
  switch (answer->outcome) {
    case Outcome::allow:
      return {Outcome::allow, exit_status::allow, std::move(answer.value().document)};
    case Outcome::refuse:
      return {Outcome::refuse, exit_status::refused, std::move(answer.value().document)};
    case Outcome::unknown:
      break;
  }
  return {Outcome::unknown, exit_status::unknown, std::move(answer.value().document)};
}

Conclusion conclude_response(const Question& question, const HttpResponse& response, const LocalHost& local) {
  if (response.status == http_ok) return conclude_answer(question, response.body, local);

  const std::string said = error_message(response.body) + " (HTTP " + std::to_string(response.status) + ")";
  if (response.status == http_forbidden) {
    Conclusion denied = own_verdict(question, local, Outcome::unknown,
                                    {"daemon.denied", "guardd does not answer this question to this caller: " + said},
                                    "Ask as root or as a member of the operators' group");
    denied.exit_status = exit_status::not_permitted;
    return denied;
  }
  return own_verdict(question, local, Outcome::unknown, {"daemon.unreachable", "guardd could not answer: " + said},
                     retry_remedy);
}

}  // namespace

std::string distrust(const json& instance, const json& boot_id, bool socket_given, const LocalHost& local) {
  const bool system = instance == "system";
  const bool taken_private = instance == "private" && socket_given;
  if (!system && !taken_private) {
    return instance == "private" ? "is a private instance's, whose word counts only where --socket names it"
                                 : "does not say whose it is";
  }
  if (!local.boot_id.known()) return "can't be held against this boot: " + local.boot_id.why();
  if (!boot_id.is_string() || boot_id != local.boot_id.value()) return "is of another boot or another host";
  return "";
}

json host_json(const LocalHost& local) {
  return {{"hostname", local.hostname},
          {"machine_id", local.machine_id},
          {"boot_id", local.boot_id.known() ? json(local.boot_id.value()) : json(nullptr)}};
}

std::string error_message(const std::string& body) {
  const std::optional<Error> error = parse_error(body);
  return error ? error->message : "no reason given";
}

Conclusion client_verdict(const Question& question, const LocalHost& local, const Error& why, std::string remedy) {
  return own_verdict(question, local, Outcome::unknown, why, std::move(remedy));
}

Conclusion conclude(const Question& question, const Result<HttpResponse>& answer, const LocalHost& local,
                    const Known<bool>& is_expected_host) {
  Conclusion conclusion;
  if (answer) {
    conclusion = conclude_response(question, *answer, local);
  } else {
    const bool untrusted = answer.error().code == "daemon.untrusted";
    conclusion =
        own_verdict(question, local, Outcome::unknown,
                    {untrusted ? "daemon.untrusted" : "daemon.unreachable", "guardd " + answer.error().message},
                    untrusted ? untrusted_remedy : start_remedy);
  }
  // A wrong host is known to be wrong, whatever became of the question. A refusal of guardd's own says more, so it
  // stays.
  const bool wrong_host = is_expected_host.known() && !is_expected_host.value();
  if (wrong_host && worse(conclusion.outcome, Outcome::unknown) == Outcome::unknown) {
    return own_verdict(question, local, Outcome::refuse,
                       {"host.mismatch", "this host is " + local.hostname + ", not " + question.request.expect_host},
                       "Find out why the command reached this host; run it on " + question.request.expect_host);
  }
  return conclusion;
}

}  // namespace guardd::client
