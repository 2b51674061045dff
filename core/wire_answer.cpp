// SPDX-License-Identifier: Apache-2.0
#include "core/wire.hpp"

namespace guardd {
namespace {

using nlohmann::json;

/// Reads one whole answer; the first thing that is not as the contract has it makes it malformed.
class AnswerReader {
 public:
  explicit AnswerReader(const json& document) : document_(document) {}

  Result<Answer> read() {
    Answer answer;
    const auto operation = parse_operation(text(document_, "/operation"));
    if (!operation) fail("/operation: no operation that is known");
    const std::string scope = text(document_, "/scope");
    if (scope != "host" && scope != "targets") fail("/scope: neither host nor targets");
    const auto outcome = parse_outcome(text(document_, "/verdict"));
    if (!outcome) fail("/verdict: no verdict that is known");
    answer.operation = operation.value_or(Operation::reinstall);
    answer.outcome = outcome.value_or(Outcome::unknown);
    answer.whole_host = scope == "host";
    read_targets(answer);
    read_reasons(answer);
    answer.boot_id = text(document_, "/host/boot_id");
    answer.instance = text(document_, "/instance");
    if (answer.instance != "system" && answer.instance != "private") fail("/instance: neither system nor private");
    if (!problem_.empty()) return Error{"bad_answer", problem_};
    answer.document = document_;
    return answer;
  }

 private:
  void fail(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  std::string text(const json& from, const std::string& pointer) {
    const json::json_pointer path(pointer);
    if (!from.contains(path) || !from[path].is_string() || from[path].get_ref<const std::string&>().empty()) {
      fail(pointer + ": a text is missing");
      return "";
    }
    return from[path].get<std::string>();
  }

  void read_targets(Answer& answer) {
    const auto targets = document_.find("targets");
    if (targets == document_.end() || !targets->is_array()) return fail("/targets: an array is missing");
    for (const json& target : *targets) {
      if (!target.is_string()) return fail("/targets: something else than paths");
      answer.target_paths.push_back(target.get<std::string>());
    }
    if (answer.whole_host != answer.target_paths.empty()) fail("/targets: they contradict the scope");
  }

  void read_reasons(const Answer& answer) {
    const auto reasons = document_.find("reasons");
    if (reasons == document_.end() || !reasons->is_array()) return fail("/reasons: an array is missing");
    for (const json& reason : *reasons) {
      if (!reason.is_object()) return fail("/reasons: something else than objects");
      text(reason, "/code");
      text(reason, "/message");
    }
    if (reasons->empty() != (answer.outcome == Outcome::allow)) fail("/reasons: they contradict the verdict");
  }

  const json& document_;
  std::string problem_;
};

}  // namespace

Result<Answer> parse_answer(std::string_view body) {
  const Result<json> document = parse_json(body, answer_limits);
  if (!document) return Error{"bad_answer", document.error().message};
  if (!document->is_object()) return Error{"bad_answer", "/: no object"};
  return AnswerReader(*document).read();
}

}  // namespace guardd
