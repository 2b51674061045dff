// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/wire.hpp"
#include "core/wire_targets.hpp"

namespace guardd {

using nlohmann::json;

Result<CheckRequest> parse_check_request(std::string_view body) {
  const Result<json> document = parse_json(body, request_limits);
  if (!document) return document.error();
  ObjectReader in(*document, "");
  std::string expect_host = in.text("expect_host", false);
  Result<CheckRequest> request = finish_question(in);
  if (!request) return request;
  request->expect_host = std::move(expect_host);
  if (request->operation == Operation::wipe && request->whole_host) {
    return Error{"bad_request", "/scope: wipe needs targets"};
  }
  return request;
}

json to_json(const CheckRequest& request) {
  json out{{"operation", to_string(request.operation)}, {"scope", request.whole_host ? "host" : "targets"}};
  out["targets"] = targets_json(request.targets);
  if (!request.expect_host.empty()) out["expect_host"] = request.expect_host;
  return out;
}

}  // namespace guardd
