// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker/outcome.hpp"

#include <sys/wait.h>

#include <cstring>

#include "daemon/worker/cbor.hpp"
#include "daemon/worker/worker_main.hpp"

namespace guardd {
namespace {

std::string signal_text(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

}  // namespace

Result<nlohmann::json> judge(const WorkerEnd& end) {
  if (end.failure) return Error{"late", *end.failure};
  if (!end.status) return Error{"lost", "how the worker ended is not known"};
  if (WIFSIGNALED(*end.status)) return Error{"crashed", "worker ended by " + signal_text(WTERMSIG(*end.status))};
  if (!WIFEXITED(*end.status) || WEXITSTATUS(*end.status) != 0) {
    return Error{"crashed", "worker ended with status " + std::to_string(WEXITSTATUS(*end.status))};
  }
  Result<nlohmann::json> document = parse_cbor(end.output);
  if (!document) return Error{"malformed", "worker's output: " + document.error().message.substr(0, longest_message)};
  if (!document->is_object() || document->size() != 1) return Error{"malformed", "worker's output is no answer"};
  if (const auto failed = document->find("error"); failed != document->end()) {
    return Error{"failed",
                 failed->is_string() ? failed->get<std::string>().substr(0, longest_message) : "no reason given"};
  }
  const auto output = document->find("ok");
  if (output == document->end()) return Error{"malformed", "worker's output is no answer"};
  return nlohmann::json(std::move(*output));
}

}  // namespace guardd
